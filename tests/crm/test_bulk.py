"""Many rows, each with its own values, in one statement."""

from __future__ import annotations

import copy
import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from crm import events
from crm.bulk import fresh, insert_new, insert_rows, like, write_columns
from crm.identifiers import new_uuid
from crm.models import Actor, Advisor, Event, Organization
from leads.models import Consent, Lead, Priority, Stage, StageTally

pytestmark = pytest.mark.django_db
NOON = dt.datetime(2026, 2, 15, 12, 0, 0, 123456, tzinfo=dt.UTC)
COLUMNS = ["name", "requested_amount", "metadata", "import_job_id", "last_contacted_at", "is_do_not_call", "advisor"]


@pytest.fixture
def new_leads(organization: Organization) -> list[Lead]:
    stage = Stage.objects.filter(organization=organization)[0]
    same = {"organization": organization, "stage": stage, "stage_entered_at": NOON, "created_at": NOON}
    return [Lead(**same, updated_at=NOON, position=place, name=f"Lead {place}") for place in range(3)]


@pytest.fixture
def leads(new_leads: list[Lead]) -> list[Lead]:
    return Lead.objects.bulk_create(new_leads)


def kept(leads: list[Lead]) -> list[list[Any]]:
    """All that the database has of these leads but their ids, in order of position."""
    columns = [field.attname for field in Lead._meta.concrete_fields if field.attname not in ("id", "uuid")]
    rows = Lead.objects.filter(uuid__in=[lead.uuid for lead in leads]).order_by("position")
    return [[getattr(row, column) for column in columns] for row in rows]


def test_new_rows_are_what_bulk_create_makes_of_them(
    new_leads: list[Lead], django_assert_num_queries: Callable[[int], Any]
) -> None:
    new_leads[0].metadata, new_leads[1].metadata = {"a": 1}, {"a": True}
    new_leads[1].requested_amount, new_leads[2].phone = Decimal("12.50"), "'); --"
    copies = copy.deepcopy(new_leads)
    for lead in copies:
        lead.uuid = new_uuid()
    with django_assert_num_queries(1):
        insert_rows(new_leads)
    Lead.objects.bulk_create(copies)
    assert kept(new_leads) == kept(copies)
    for lead in new_leads:
        assert Lead.objects.get(pk=lead.pk).uuid == lead.uuid
        lead.save()  # as a row that is there


def test_new_rows_may_be_alike_in_everything(organization: Organization) -> None:
    facts = [events.fact("lead.moved", organization=organization, by=Actor.system(), now=NOON) for _ in range(3)]
    assert len({fact.pk for fact in insert_rows(facts)}) == 3
    assert Event.objects.filter(name="lead.moved", lead_id=None, happened_at=NOON).count() == 3


def test_rows_of_other_models_come_along(new_leads: list[Lead], django_assert_max_num_queries: Any) -> None:
    stage = new_leads[0].stage
    tally = StageTally(organization=stage.organization, stage=stage, leads=3)
    consents = [
        Consent(organization=stage.organization, address=address, basis="advisor", recorded_at=NOON)
        for address in ("+14155550101", "ann@example.com", "+14155550101")
    ]
    with django_assert_max_num_queries(1 if connection.vendor == "postgresql" else 3):
        insert_rows(new_leads, along=[[tally], consents, []])
    assert [Lead.objects.get(pk=lead.pk).uuid for lead in new_leads] == [lead.uuid for lead in new_leads]
    assert StageTally.objects.filter(stage=stage, leads=3).count() == 1
    assert sorted(Consent.objects.values_list("address", flat=True)) == ["+14155550101", "ann@example.com"]


def test_nothing_comes_along_when_a_row_is_in_conflict(new_leads: list[Lead]) -> None:
    insert_rows(new_leads[:1])
    new_leads[1].uuid = new_leads[0].uuid
    stage = new_leads[0].stage
    with pytest.raises(IntegrityError), transaction.atomic():
        insert_rows(new_leads[1:], along=[[StageTally(organization=stage.organization, stage=stage, leads=9)]])
    assert not StageTally.objects.filter(leads=9).exists()


def test_a_row_that_somebody_else_made_first_is_left_out(new_leads: list[Lead]) -> None:
    insert_rows(new_leads[:1])
    taken = new_leads[0].uuid
    new_leads[1].uuid = taken
    insert_rows(new_leads[1:], ignore_conflicts=True)
    assert sorted(Lead.objects.values_list("name", flat=True)) == ["Lead 0", "Lead 2"]


def test_it_works(leads: list[Lead], django_assert_num_queries: Callable[[int], Any]) -> None:
    for place, lead in enumerate(leads):
        lead.name = f"Ann \\ 'O\"Neil' {{{place}}}, NULL"
        lead.requested_amount = Decimal("1.50") + place if place else None
        lead.metadata = {"a": [1, None, "ü"], "b": {"c": place}}
        lead.import_job_id = new_uuid() if place else None
        lead.last_contacted_at = NOON + dt.timedelta(days=place) if place else None
        lead.is_do_not_call = place == 1
    with django_assert_num_queries(1):
        assert write_columns(leads, COLUMNS) == {lead.pk for lead in leads}
    for lead in leads:
        kept = Lead.objects.get(pk=lead.pk)
        assert [getattr(kept, column) for column in COLUMNS] == [getattr(lead, column) for column in COLUMNS]


def test_a_column_may_be_empty_in_every_row(leads: list[Lead]) -> None:
    write_columns(leads, COLUMNS)
    assert Lead.objects.filter(pk=leads[0].pk, import_job_id=None, requested_amount=None, advisor=None).exists()


def test_only_rows_that_are_still_as_they_were(leads: list[Lead]) -> None:
    Lead.objects.filter(pk=leads[1].pk).update(priority=Priority.URGENT)
    for lead in leads:
        lead.name = "Changed"
    written = write_columns(leads, ["name"], while_still={"priority": Priority.NORMAL})
    assert written == {leads[0].pk, leads[2].pk}
    assert Lead.objects.filter(name="Changed").count() == 2


def test_nothing_to_write_is_no_statement(django_assert_num_queries: Callable[[int], Any]) -> None:
    with django_assert_num_queries(0):
        assert write_columns([], ["name"]) == set()


def test_a_fresh_row_is_what_the_model_makes_of_the_same_values(organization: Organization, alice: Advisor) -> None:
    stage = Stage.objects.filter(organization=organization)[0]
    values: dict[str, Any] = {"stage": stage, "advisor": alice, "organization_id": organization.pk, "name": "Ann"}
    values |= {"stage_entered_at": NOON, "created_at": NOON, "updated_at": NOON, "position": 7, "contact": None}
    ours, djangos = fresh(Lead, **values), Lead(**values)
    columns = [field.attname for field in Lead._meta.concrete_fields if field.attname not in ("uuid", "search_text")]
    assert [getattr(ours, name) for name in columns] == [getattr(djangos, name) for name in columns]
    assert (ours.stage, ours.advisor, ours.contact, ours.conversation) == (stage, alice, None, None)
    assert ours.pk is None
    ours.save()
    assert Lead.objects.get() == ours


def test_fresh_rows_share_nothing() -> None:
    one, other = fresh(Lead), fresh(Lead)
    one.metadata["a"] = 1
    assert other.metadata == {}
    assert one.uuid != other.uuid


def test_a_row_like_another_differs_where_it_was_told_to(organization: Organization) -> None:
    one = fresh(Event, organization=organization, name="a.happened", data={"a": 1}, happened_at=NOON)
    other = like(one, lead_id=7)
    assert (one.lead_id, other.lead_id, other.name, other.data) == (None, 7, "a.happened", {"a": 1})
    assert other.organization is organization
    insert_rows([one, other])
    assert one.pk != other.pk
    assert list(Event.objects.filter(name="a.happened").order_by("pk").values_list("lead_id", "data")) == [
        (None, {"a": 1}),
        (7, {"a": 1}),
    ]


def test_numbers_of_any_size_are_sent_alike(new_leads: list[Lead]) -> None:
    for lead, score, position in zip(new_leads, (0, 100, None), (1, 2**40, -5), strict=True):
        lead.score, lead.position = score, position
    insert_rows(new_leads[:1])
    insert_rows(new_leads[1:])
    assert [(lead.score, lead.position) for lead in Lead.objects.order_by("pk")] == [(0, 1), (100, 2**40), (None, -5)]


def test_a_fresh_row_has_no_column_that_the_model_has_not() -> None:
    with pytest.raises(TypeError, match="no column colour"):
        fresh(Lead, colour="red")


def test_new_rows_are_told_from_those_that_were_there(new_leads: list[Lead]) -> None:
    for lead in new_leads[:2]:
        lead.phone_e164 = "+14155550101"
    insert_rows(new_leads[:1])
    assert insert_new(new_leads[1:], key="uuid") == new_leads[2:]
    assert new_leads[1].pk is None
    assert Lead.objects.get(pk=new_leads[2].pk).name == "Lead 2"
    assert insert_new([], key="uuid") == []
