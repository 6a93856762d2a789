"""Facts and those who listen."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from django.db import connection
from django.db.models import Exists, OuterRef

from crm import events
from crm.models import Actor, Event, Organization
from leads.models import Consent, Lead

pytestmark = pytest.mark.django_db

BY = Actor.system()
heard: list[str] = []


@pytest.fixture(autouse=True)
def listeners() -> Iterator[None]:
    """One who listens always, and one who has something to do for organisations called Busy only."""
    heard.clear()

    @events.listen("door.opened")
    def always(facts: Sequence[Event]) -> None:
        heard.append(f"always {len(facts)}")

    @events.listen("door.opened", only_if=Exists(Organization.objects.filter(pk=OuterRef("organization"), name="Busy")))
    def when_busy(facts: Sequence[Event]) -> None:
        heard.append(f"when busy {len(facts)}")

    yield
    del events._listeners["door.opened"]


def opened(organization: Organization, now: dt.datetime) -> Event:
    return events.fact("door.opened", organization=organization, by=BY, now=now, lead_id=7, door="front")


def test_it_works(organization: Organization, now: dt.datetime) -> None:
    Organization.objects.filter(pk=organization.pk).update(name="Busy")
    (event,) = events.record_all([opened(organization, now)])
    assert heard == ["always 1", "when busy 1"]
    kept = Event.objects.get(pk=event.pk)
    assert (kept.name, kept.lead_id, kept.data, kept.happened_at) == ("door.opened", 7, {"door": "front"}, now)


def test_a_lone_fact_does_not_wake_a_listener_without_work(
    organization: Organization, now: dt.datetime, django_assert_num_queries: Any
) -> None:
    events.record_all([opened(organization, now)])
    is_asked = connection.vendor == "postgresql"
    assert heard == (["always 1"] if is_asked else ["always 1", "when busy 1"])


def test_of_many_facts_a_listener_finds_out_for_itself(organization: Organization, now: dt.datetime) -> None:
    events.record_all([opened(organization, now), opened(organization, now)])
    assert heard == ["always 2", "when busy 2"]


def test_a_row_and_the_fact_that_it_came_are_one_statement(
    organization: Organization, now: dt.datetime, django_assert_num_queries: Any
) -> None:
    stage = organization.stages.order_by("position")[0]
    lead = Lead(
        organization=organization, stage=stage, stage_entered_at=now, created_at=now, updated_at=now, position=1
    )
    consent = Consent(organization=organization, address="a@b.example", channels="email", basis="web", recorded_at=now)
    event = events.fact("door.opened", organization=organization, by=BY, now=now, door="front")
    with django_assert_num_queries(1 if connection.vendor == "postgresql" else 3):
        tell = events.write_with(lead, event, by="lead_id", along=[[consent], []])
    assert Lead.objects.get(pk=lead.pk).uuid == lead.uuid
    kept = Event.objects.get(pk=event.pk)
    assert (kept.lead_id, event.lead_id, kept.data) == (lead.pk, lead.pk, {"door": "front"})
    assert Consent.objects.filter(address="a@b.example").count() == 1
    assert heard == []
    tell()
    assert heard[0] == "always 1"


def test_nothing_happened(organization: Organization) -> None:
    assert events.record_all([]) == []
    assert heard == []
