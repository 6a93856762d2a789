"""A thousand leads in one request."""

import datetime as dt
from typing import Any

from pytest_django import DjangoAssertNumQueries

from crm.models import Actor, Organization
from leads.bulk_intake import receive_leads
from leads.errors import DomainError, DuplicateLead, InvalidPhone
from leads.intake import Action, Received
from leads.models import Lead
from tests.leads.totals import assert_totals_are_right


def take(organization: Organization, now: dt.datetime, *rows: dict[str, Any]) -> list[Received | DomainError]:
    return receive_leads(organization=organization, rows=list(rows), by=Actor.system(), now=now)


def actions(outcomes: list[Received | DomainError]) -> list[object]:
    return [one.action if isinstance(one, Received) else type(one) for one in outcomes]


def test_it_works(organization: Organization, now: dt.datetime) -> None:
    outcomes = take(organization, now, {"phone": "4155551234", "tags": ["x"]}, {"phone": "4155555678"})
    assert actions(outcomes) == [Action.CREATED, Action.CREATED]
    assert [lead.phone_e164 for lead in Lead.objects.newest_first()] == ["+14155551234", "+14155555678"]
    assert [lead.phone_e164 for lead in Lead.objects.order_by("-position")] == ["+14155551234", "+14155555678"]


def test_a_bad_row_harms_no_other(organization: Organization, now: dt.datetime) -> None:
    outcomes = take(organization, now, {"phone": "x"}, {"phone": "4155555678"}, {"name": "No phone"})
    assert actions(outcomes) == [InvalidPhone, Action.CREATED, InvalidPhone]


def test_a_second_row_of_a_phone_fills_the_first(organization: Organization, now: dt.datetime) -> None:
    outcomes = take(
        organization,
        now,
        {"phone": "4155551234", "name": "John"},
        {"phone": "+14155551234", "email": "j@doe.example"},
        {"phone": "4155551234", "name": "Jane"},
    )
    assert actions(outcomes) == [Action.CREATED, Action.UPDATED, Action.SKIPPED]
    lead = Lead.objects.get()
    assert (lead.name, lead.email) == ("John", "j@doe.example")


def test_it_fills_leads_that_were_there(organization: Organization, now: dt.datetime) -> None:
    take(organization, now, {"phone": "4155551234"}, {"phone": "4155555678", "external_id": "a"})
    outcomes = take(
        organization,
        now,
        {"phone": "4155551234", "name": "John", "external_id": "b"},
        {"phone": "4155550000", "external_id": "a", "notes": "hello"},
        {"phone": "4155551234", "external_id": "a"},
    )
    assert actions(outcomes) == [Action.UPDATED, Action.UPDATED, DuplicateLead]
    assert Lead.objects.get(external_id="b").name == "John"
    assert Lead.objects.get(external_id="a").notes == "hello"


def test_a_thousand_rows_cost_a_handful_of_statements(
    organization: Organization, now: dt.datetime, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    rows = [{"phone": f"415555{number:04}", "name": f"P {number}", "tags": ["t"]} for number in range(1000)]
    with django_assert_max_num_queries(20):
        take(organization, now, *rows)
    with django_assert_max_num_queries(30):
        outcomes = take(organization, now, *(row | {"email": "a@b.example"} for row in rows))
    assert actions(outcomes) == [Action.UPDATED] * 1000
    assert_totals_are_right(organization)
