"""The partner who pushes leads into Acme, and the rival who must see nothing of it."""

from __future__ import annotations

import datetime as dt

import pytest

from crm.models import Actor, Organization
from sequences.authoring import create_sequence
from sequences.models import Sequence
from tests.api.caller import Caller
from tests.api.conftest import KeyOf

JOHN = {"phone": "+14155551234", "name": "John Doe", "email": "john@doe.example"}
STEPS = [
    {"kind": "fixed", "message": "Hi {{first_name}}", "delay_hours": 0, "skip_if_replied": False},
    {"kind": "ai", "instructions": "Follow up warmly", "delay_hours": 24, "skip_if_replied": True},
]


@pytest.fixture
def api(organization: Organization, key_of: KeyOf) -> Caller:
    """Acme's partner at Acme's account: api.post("/leads", {...})."""
    return Caller(f"/v1/accounts/{organization.public_id}", X_Partner_Key=key_of(organization))


@pytest.fixture
def as_charlie(organization: Organization, other_organization: Organization, key_of: KeyOf) -> Caller:
    """The rival's partner at Acme's account."""
    return Caller(f"/v1/accounts/{organization.public_id}", X_Partner_Key=key_of(other_organization))


@pytest.fixture
def sequence(organization: Organization) -> Sequence:
    """Acme's default sequence: a text at once, and one written by AI a day later."""
    return create_sequence(
        organization=organization,
        name="Recovery",
        steps=STEPS,
        is_default=True,
        by=Actor.system(),
        now=dt.datetime.now(dt.UTC),
    )
