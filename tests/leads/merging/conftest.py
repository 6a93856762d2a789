"""Two leads of one person, and what hangs on them."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from crm.models import Actor, Advisor, Organization
from leads import advisor_tasks, messaging
from leads.models import Call, HopperEntry, Lead, Stage
from leads.notes import add_note
from sequences.authoring import create_sequence
from sequences.models import Sequence
from tests.conftest import MakeLead

BY = Actor.system()
type Row = dict[str, Any]


@pytest.fixture
def kept(make_lead: MakeLead, alice: Advisor) -> Lead:
    return make_lead(name="Mary Jones", email="mary@jones.example", advisor=alice, tags=["SBA"])


@pytest.fixture
def other(make_lead: MakeLead, bob: Advisor, stages: dict[str, Stage]) -> Lead:
    return make_lead(
        name="M. Jones",
        business_name="Jones Bakery",
        email="mary@jones.example",
        requested_amount_given="85000",
        advisor=bob,
        stage=stages["qualified"],
        tags=["SBA", "Bakery"],
        custom_fields={"employees": 12},
        external_id="X-1",
    )


def row(lead: Lead) -> Row:
    """Everything that stands in the lead's row, but for how often it was written."""
    values = Lead.objects.filter(pk=lead.pk).values().get()
    return {name: value for name, value in values.items() if name not in ("version", "updated_at")}


def rows(*leads: Lead) -> list[Row]:
    return [row(lead) for lead in leads]


def hang_everything_on(lead: Lead, advisor: Advisor, now: dt.datetime) -> None:
    messaging.receive(lead.organization, address=lead.address, body="Hello", now=now, provider="x", provider_id="1")
    messaging.write(lead, body="Hi", by_advisor=advisor, now=now)
    add_note(lead, body="Nice", by_advisor=advisor, now=now)
    Call.objects.create(organization=lead.organization, lead=lead, phone=lead.phone, started_at=now)
    advisor_tasks.give(lead, title="Call", due_at=now, by=BY, now=now)
    HopperEntry.objects.create(organization=lead.organization, lead=lead, created_at=now)


@pytest.fixture
def sequence(organization: Organization, now: dt.datetime) -> Sequence:
    steps = [{"kind": "fixed", "message": f"Step {n}", "delay_hours": 24 * n} for n in range(3)]
    return create_sequence(organization=organization, name="Recovery", steps=steps, by=BY, now=now)
