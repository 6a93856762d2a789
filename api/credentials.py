"""Who is calling: the key behind a secret, and the account that it opens. One short statement."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from django.http import HttpRequest

from api.rows import Columns, fetch_one
from crm import reach
from crm.models import Credential, Organization
from crm.models.credential import digest_of

_CREDENTIAL = Columns(Credential, "c")
_ORGANIZATION = Columns(Organization, "o")


@dataclass(frozen=True, slots=True)
class Caller:
    """A key, whatever its state, and the organisation that it opens: its own, or the account of its partner's."""

    credential: Credential
    organization: Organization | None


def caller_with(request: HttpRequest, secret: str, account_id: str = "") -> Caller | None:
    """
    The key with this secret; None when there is none. account_id names one of the accounts of a partner.

    Looked up once for each request, however many doors ask.
    """
    known: dict[tuple[str, str], Caller | None] = request.__dict__.setdefault("_callers", {})
    asked = (secret, account_id)
    if asked not in known:
        known[asked] = _look_up(digest_of(secret), account_id)
    return known[asked]


def _look_up(digest: str, account_id: str) -> Caller | None:
    with reach.everybody():  # which organisation it is, the key alone knows
        row = fetch_one(_statement(), [account_id, digest])
    if row is None:
        return None
    width = len(_CREDENTIAL.names)
    credential = _CREDENTIAL.instance(row[:width])
    organization = _ORGANIZATION.instance(row[width:]) if row[width] is not None else None
    if organization and credential.organization_id == organization.pk:
        credential.organization = organization
    return Caller(credential, organization)


@cache
def _statement() -> str:
    return f"""
SELECT {_CREDENTIAL.sql}, {_ORGANIZATION.sql} FROM crm_credential c LEFT JOIN crm_organization o
ON o.id = COALESCE(
    c.organization_id,
    (SELECT account.id FROM crm_organization account WHERE account.public_id = %s
        AND account.partner_id = c.partner_id)
)
WHERE c.digest = %s
"""  # noqa: S608
