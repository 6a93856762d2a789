"""Querysets that are compiled once."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pytest
from django.db import connection
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.test.utils import CaptureQueriesContext

from crm.models import Organization
from crm.statements import attach, fetched, statement
from leads.models import Conversation, Lead, Stage
from tests.conftest import MakeLead

pytestmark = pytest.mark.django_db

built: list[str] = []


@statement
def stages_from(organization_id: int, position: int) -> QuerySet[Stage]:
    built.append("stages_from")
    stages = Stage.objects.filter(organization_id=organization_id, position__gte=position)
    return stages.annotate(has_leads=Exists(Lead.objects.filter(stage=OuterRef("pk")))).order_by("position")


@statement
def names_since(organization_id: int, moment: dt.datetime, stage: uuid.UUID) -> QuerySet[Lead, Any]:
    leads = Lead.objects.filter(organization_id=organization_id, created_at__gte=moment, stage__uuid=stage)
    return leads.order_by("name").values_list("name", "requested_amount", "created_at", "uuid")


@statement
def by_external_id(organization_id: int, external_id: str | None) -> QuerySet[Lead]:
    return Lead.objects.filter(~Q(external_id="50%"), organization_id=organization_id, external_id=external_id)


def test_it_works(organization: Organization, make_lead: MakeLead) -> None:
    make_lead()
    rows = stages_from(organization.pk, 1)
    assert rows == list(Stage.objects.filter(organization=organization, position__gte=1).order_by("position"))
    assert [row.has_leads for row in stages_from(organization.pk, 0)].count(True) == 1  # type: ignore[attr-defined]
    assert all(row.label for row in rows)


def test_it_is_built_once(organization: Organization) -> None:
    stages_from(organization.pk, 0)
    built.clear()
    assert len(stages_from(organization.pk, 0)) > len(stages_from(organization.pk, position=2))
    assert not built


def test_rows_may_be_saved_again(organization: Organization) -> None:
    stage = stages_from(organization.pk, 0)[0]
    stage.label = "Fresh"
    stage.save()
    assert Stage.objects.get(pk=stage.pk).label == "Fresh"


def test_moments_and_uuids_are_given_and_come_back_as_they_are(
    organization: Organization, make_lead: MakeLead, now: dt.datetime
) -> None:
    make_lead(name="Ann", requested_amount_given="12.50", now=now)
    lead = Lead.objects.get()
    found = names_since(organization.pk, now, lead.stage.uuid)
    assert found == [("Ann", lead.requested_amount, lead.created_at, lead.uuid)]
    assert names_since(organization.pk, now + dt.timedelta(seconds=1), lead.stage.uuid) == []


def test_none_equals_nothing_and_a_percent_sign_is_one(organization: Organization, make_lead: MakeLead) -> None:
    for external_id in ("50%", "51%", ""):
        make_lead(external_id=external_id)
    assert [lead.external_id for lead in by_external_id(organization.pk, "51%")] == ["51%"]
    assert by_external_id(organization.pk, "50%") == []
    assert by_external_id(organization.pk, None) == []


def test_constants_stand_in_the_statement_that_the_server_plans_once(organization: Organization) -> None:
    with CaptureQueriesContext(connection) as captured:
        by_external_id(organization.pk, "x")
    assert "50%" in captured[0]["sql"]


def test_a_statement_counts_as_one(organization: Organization, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        stages_from(organization.pk, 0)


def test_sums_are_not_models(organization: Organization, make_lead: MakeLead) -> None:
    @statement
    def numbers(organization_id: int) -> QuerySet[Lead, Any]:
        leads = Lead.objects.filter(organization_id=organization_id)
        return leads.values("stage_id").annotate(number=Count("pk")).values_list("number").order_by()

    make_lead()
    make_lead(phone="+14155550199")
    assert numbers(organization.pk) == [(2,)]


def test_related_rows_come_along(
    organization: Organization, make_lead: MakeLead, django_assert_num_queries: Any
) -> None:
    @statement
    def leads_of(organization_id: int) -> QuerySet[Lead]:
        return Lead.objects.filter(organization_id=organization_id).select_related(
            "stage__organization", "conversation"
        )

    lead = make_lead(name="Ann")
    with django_assert_num_queries(1):
        (found,) = leads_of(organization.pk)
        assert (found.name, found.stage.label, found.stage.organization) == ("Ann", lead.stage.label, organization)
        assert found.conversation is None


def test_columns_that_were_left_out_are_fetched_when_they_are_looked_at(
    organization: Organization, make_lead: MakeLead, django_assert_num_queries: Any
) -> None:
    @statement
    def names_of(organization_id: int) -> QuerySet[Lead]:
        return Lead.objects.filter(organization_id=organization_id).only("name")

    make_lead(name="Ann", email="ann@example.com")
    (found,) = names_of(organization.pk)
    with django_assert_num_queries(0):
        assert found.name == "Ann"
    with django_assert_num_queries(1):
        assert found.email == "ann@example.com"


@pytest.mark.parametrize("number", [0, 1, 3])
def test_any_number_of_values_is_one_statement(organization: Organization, make_lead: MakeLead, number: int) -> None:
    @statement
    def among(lead_ids: list[int], names: set[str], stages: set[int]) -> QuerySet[Lead]:
        return Lead.objects.filter(pk__among=lead_ids, name__among=names, stage_id__among=stages).order_by("pk")

    leads = [make_lead(name="Ann", phone=f"+1415555010{place}") for place in range(3)]
    stages = {lead.stage_id for lead in leads}
    make_lead(name="Bea", phone="+14155550109")
    found = among([lead.pk for lead in leads[:number]], {"Ann", 'quo"te'}, stages)
    assert found == leads[:number]


def test_json_is_read_as_it_was_written(organization: Organization, make_lead: MakeLead) -> None:
    @statement
    def whole(organization_id: int) -> QuerySet[Lead]:
        return Lead.objects.filter(organization_id=organization_id)

    make_lead(metadata={"a": [1, {"b": None}]}, requested_amount_given="7.25")
    (found,) = whole(organization.pk)
    assert found.metadata == {"a": [1, {"b": None}]}
    assert str(found.requested_amount) == "7.25"
    assert found.created_at.tzinfo is not None
    found.name = "Changed"
    found.save()
    assert Lead.objects.get().name == "Changed"


def test_related_rows_of_related_rows_are_there_or_none(organization: Organization, make_lead: MakeLead) -> None:
    make_lead(name="Ann", phone="+14155550101")
    make_lead(name="Bea", phone="+14155550102")
    talk = Conversation.objects.create(organization=organization, address="+14155550101", message_count=3)
    Lead.objects.filter(name="Ann").update(conversation=talk)
    leads = Lead.objects.select_related("conversation__organization", "stage", "advisor__user").order_by("name")
    ann, bea = fetched(leads)
    assert (ann.conversation.message_count, ann.conversation.organization) == (3, organization)
    assert (bea.conversation, bea.advisor) == (None, None)
    assert [lead.stage.label for lead in (ann, bea)] == [lead.stage.label for lead in leads]


def test_rows_share_what_their_keys_lead_to(
    organization: Organization, make_lead: MakeLead, django_assert_num_queries: Any
) -> None:
    for place in range(2):
        make_lead(phone=f"+1415555010{place}")
    leads = list(Lead.objects.all())
    with django_assert_num_queries(2):
        attach(leads, "organization", "stage", "advisor")
    with django_assert_num_queries(0):
        assert leads[0].organization is leads[1].organization
        assert leads[0].organization == organization
        assert [lead.stage.pk for lead in leads] == [lead.stage_id for lead in leads]
        assert [lead.advisor for lead in leads] == [None, None]
        attach([], "organization")


@pytest.mark.parametrize("number", [0, 1, 70])
def test_among_takes_plain_values_too(organization: Organization, make_lead: MakeLead, number: int) -> None:
    known = [make_lead(phone=f"+1415555010{place}").pk for place in range(2)]
    wanted = [*known, *range(10_000, 10_000 + number)]
    leads = Lead.objects.filter(pk__among=wanted[:number])
    assert leads.count() == min(number, 2)
    assert leads.update(notes="found") == min(number, 2)
