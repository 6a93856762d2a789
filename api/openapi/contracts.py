"""The contracts that have a document, by their name in addresses."""

from __future__ import annotations

from collections.abc import Mapping

from api.convoso.openapi import CONTRACT as CONVOSO
from api.lendworks.openapi import CONTRACT as LENDWORKS
from api.openapi.operations import Contract
from api.recoverbiz.openapi import CONTRACT as RECOVERBIZ
from api.userleads.openapi import CONTRACT as USERLEADS

CONTRACTS: Mapping[str, Contract] = {
    contract.slug: contract for contract in (RECOVERBIZ, LENDWORKS, USERLEADS, CONVOSO)
}
