"""Bob's key, his colleague alice's, and charlie's, who works elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from crm.models import Advisor, CredentialKind, Organization
from leads.models import Company, Lead
from tests.api.caller import Caller
from tests.api.conftest import KeyOf
from tests.conftest import MakeLead

type MakeLeadOf = Callable[..., Lead]


@pytest.fixture
def key_of_user(key_of: KeyOf) -> Callable[..., str]:
    """A new key's secret: key_of_user(bob, permission="read")."""

    def issue(advisor: Advisor, **about: Any) -> str:
        return key_of(advisor.organization, CredentialKind.USERLEADS, advisor=advisor, **about)

    return issue


@pytest.fixture
def api(bob: Advisor, key_of_user: Callable[..., str]) -> Caller:
    """Bob at /v1: api.post("/leads", {...})."""
    return Caller("/v1", Authorization=f"Bearer {key_of_user(bob)}")


@pytest.fixture
def as_alice(alice: Advisor, key_of_user: Callable[..., str]) -> Caller:
    """His colleague, who manages and may see all leads on her pages."""
    return Caller("/v1", X_API_Key=key_of_user(alice))


@pytest.fixture
def as_charlie(charlie: Advisor, key_of_user: Callable[..., str]) -> Caller:
    return Caller("/v1", Authorization=f"Bearer {key_of_user(charlie)}")


@pytest.fixture
def acme(organization: Organization) -> Company:
    return Company.objects.create(organization=organization, name="Acme Corp", industry="Retail", phone="4155551234")


@pytest.fixture
def lead_of_bob(make_lead: MakeLead, bob: Advisor, acme: Company) -> MakeLeadOf:
    """make_lead, with bob as its advisor and Acme Corp as its company."""

    def make(**fields: Any) -> Lead:
        return make_lead(**{"advisor": bob, "company": acme} | fields)

    return make
