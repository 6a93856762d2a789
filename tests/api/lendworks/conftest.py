"""Acme's integration, and the rival's."""

from __future__ import annotations

import pytest

from crm.models import CredentialKind, Organization
from tests.api.caller import Caller
from tests.api.conftest import KeyOf


@pytest.fixture
def api(organization: Organization, key_of: KeyOf) -> Caller:
    """Acme's key at LendWorks' leads: api.post("", {...})."""
    return caller(key_of(organization, CredentialKind.LENDWORKS))


@pytest.fixture
def as_charlie(other_organization: Organization, key_of: KeyOf) -> Caller:
    """The rival's key at the same addresses."""
    return caller(key_of(other_organization, CredentialKind.LENDWORKS))


def caller(key: str) -> Caller:
    return Caller("/v1/leads", Authorization=f"Bearer {key}")
