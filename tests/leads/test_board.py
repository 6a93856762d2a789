"""The board as a page: what it shows, to whom, and at what price."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from crm.models import Advisor, Event, LeadVisibility, Organization
from crm.organizations import found
from leads.board import change_mark, stages_and_mark
from leads.models import ChecklistItem, Conversation, Lead, Requirement, Stage
from tests.conftest import ClientOf, MakeLead

DAY = dt.timedelta(days=1)


@pytest.fixture
def client(alice: Advisor, client_of: ClientOf) -> Client:
    return client_of(alice)


def page(client: Client, query: str = "") -> str:
    answer = client.get(f"/board{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def test_it_works(client: Client, make_lead: MakeLead, stages: dict[str, Stage]) -> None:
    make_lead(business_name="Harbor & Pine", requested_amount_given="185000", tags=["SBA", "Texas", "Repeat"])
    text = page(client)
    for part in ("Harbor &amp; Pine", "$185,000", "SBA", "+1", "call now", "Open now", "Not assigned"):
        assert part in text
    for stage in stages.values():
        assert stage.label in text


def test_it_shows_nothing_of_another_organization(
    make_lead: MakeLead, charlie: Advisor, client_of: ClientOf, other_organization: Organization
) -> None:
    make_lead(business_name="Secret Bakery")
    assert "Secret Bakery" not in page(client_of(charlie))
    assert "Secret Bakery" not in page(client_of(charlie), "?q=Secret")


def test_it_shows_an_advisor_only_their_own_and_free_leads_where_the_organization_wants_that(
    make_lead: MakeLead, organization: Organization, alice: Advisor, bob: Advisor, client_of: ClientOf
) -> None:
    Organization.objects.filter(pk=organization.pk).update(advisors_see=LeadVisibility.OWN)
    for owner, name in ((alice, "Alice's Diner"), (bob, "Bob's Garage"), (None, "Nobody's Farm")):
        make_lead(business_name=name, advisor=owner, requested_amount_given="1000")
    text = page(client_of(bob))
    assert "Bob&#x27;s Garage" in text
    assert "Nobody&#x27;s Farm" in text
    assert "Alice&#x27;s Diner" not in text
    assert "$2k" in text
    assert "$3k" not in text


@pytest.mark.parametrize("query", ["", "?priority=normal&tag=SBA&advisor=me&q=Borrower"])
def test_it_asks_the_database_as_often_for_many_leads_as_for_few(
    client: Client,
    make_lead: MakeLead,
    alice: Advisor,
    stages: dict[str, Stage],
    organization: Organization,
    query: str,
) -> None:
    Requirement.objects.create(organization=organization, name="Bank statement")

    def fill(number: int) -> None:
        for stage in list(stages.values())[:3]:
            for _ in range(number):
                lead = make_lead(stage=stage, tags=["SBA", "Texas"], advisor=alice)
                ChecklistItem.objects.create(
                    organization=organization, lead=lead, name="Lease", created_at=lead.created_at
                )

    fill(1)
    page(client, query)
    with CaptureQueriesContext(connection) as few:
        page(client, query)
    fill(9)
    with CaptureQueriesContext(connection) as many:
        text = page(client, query)
    assert text.count('class="card"') == 30
    assert len(many) == len(few) <= 12


def test_a_column_shows_its_first_25_cards_and_its_true_total(client: Client, make_lead: MakeLead) -> None:
    leads = [make_lead(business_name=f"Shop {number:02}") for number in range(30)]
    text = page(client)
    assert text.count('class="card"') == 25
    assert '<span class="col__count">30</span>' in text
    assert leads[-1].business_name in text
    assert leads[0].business_name not in text


def test_a_column_continues_under_its_last_card(client: Client, make_lead: MakeLead) -> None:
    leads = [make_lead(business_name=f"Shop {number:02}") for number in range(60)]
    first = Lead.objects.get(pk=leads[60 - 25].pk)
    address = f"/board/cards?stage=new_lead&below={first.position}.{first.pk}"
    assert address.replace("&", "&amp;") in page(client)
    fragment = client.get(address, headers={"HX-Request": "true"}).content.decode()
    assert fragment.count('class="card"') == 25
    assert leads[34].business_name in fragment
    assert leads[35].business_name not in fragment
    assert leads[9].business_name not in fragment
    assert "<html" in client.get(address).content.decode()


@pytest.mark.parametrize("below", ["", "1", "x.1", "1.x", "9" * 30 + ".1", "9223372036854775808.1", "1;drop"])
def test_a_place_that_is_none_is_refused(client: Client, stages: dict[str, Stage], below: str) -> None:
    assert client.get("/board/cards", {"stage": "new_lead", "below": below}).status_code == 400


def test_the_next_cards_of_another_organizations_stage_are_its_own(
    make_lead: MakeLead, charlie: Advisor, client_of: ClientOf
) -> None:
    make_lead(business_name="Secret Bakery")
    answer = client_of(charlie).get("/board/cards?stage=new_lead&below=999999999999999999.1")
    assert "Secret Bakery" not in answer.content.decode()


def test_closed_stages_are_folded_until_they_are_asked_for(
    client: Client, make_lead: MakeLead, stages: dict[str, Stage]
) -> None:
    make_lead(business_name="Gone Fishing", stage=stages["lost"])
    assert "Gone Fishing" not in page(client)
    assert "Gone Fishing" in page(client, "?open=lost")


class TestWhatACardSays:
    def test_it_says_how_long_a_reply_has_waited(
        self, client: Client, make_lead: MakeLead, organization: Organization, now: dt.datetime
    ) -> None:
        lead = make_lead()
        lead.conversation = Conversation.objects.create(
            organization=organization, address=lead.address, unanswered_since=now - dt.timedelta(minutes=12)
        )
        lead.save(update_fields=["conversation"])
        assert "Reply waiting 12 min" in page(client)

    def test_it_says_how_long_nobody_called(self, client: Client, make_lead: MakeLead, now: dt.datetime) -> None:
        make_lead(now=now - dt.timedelta(minutes=11))
        assert "New 11 min ago, no contact yet" in page(client)

    def test_it_says_when_the_last_contact_is_long_ago(
        self, client: Client, make_lead: MakeLead, now: dt.datetime
    ) -> None:
        lead = make_lead(now=now - 20 * DAY)
        Lead.objects.filter(pk=lead.pk).update(last_contacted_at=now - 9 * DAY, stage_entered_at=now - 2 * DAY)
        text = page(client)
        assert "No contact for 9 days" in text
        assert "stale" not in text.split('class="board"')[1]

    def test_it_is_stale_by_the_time_in_its_stage(self, client: Client, make_lead: MakeLead, now: dt.datetime) -> None:
        make_lead(now=now - 13 * DAY)
        assert "13 d · stale" in page(client)

    def test_it_says_that_somebody_must_not_be_contacted(self, client: Client, make_lead: MakeLead) -> None:
        lead = make_lead()
        Lead.objects.filter(pk=lead.pk).update(is_do_not_call=True, dnc_reason="asked by letter")
        text = page(client)
        assert "light--never" in text
        assert "asked by letter" in text


class TestChanges:
    def test_it_costs_one_statement_while_nothing_happens(self, client: Client, make_lead: MakeLead) -> None:
        make_lead()
        mark = mark_in(page(client))
        with CaptureQueriesContext(connection) as statements:
            assert client.get("/board/changes", {"mark": mark}).status_code == 204
        signing_in = 3  # session, user, advisor
        assert len(statements) == signing_in + 1

    def test_it_brings_the_board_when_something_has(self, client: Client, make_lead: MakeLead) -> None:
        make_lead()
        mark = mark_in(page(client))
        make_lead(business_name="Just In")
        answer = client.get("/board/changes", {"mark": mark})
        assert "Just In" in answer.content.decode()
        assert "<html" not in answer.content.decode()

    def test_it_takes_no_card_away_that_was_loaded_by_scrolling(self, client: Client, make_lead: MakeLead) -> None:
        for _ in range(60):
            make_lead()
        answer = client.get("/board/changes", {"mark": "0", "shown": ["new_lead:50", "lost:x", "x"]})
        assert answer.content.decode().count('class="card"') == 50


def mark_in(text: str) -> str:
    return text.split('data-mark="')[1].split('"')[0]


def test_the_mark_is_of_the_organizations_own_newest_facts(organization: Organization, now: dt.datetime) -> None:
    stranger = found(name="Elsewhere", now=now)
    Event.objects.all().delete()
    assert (change_mark(organization), stages_and_mark(organization)[1]) == ("0", "0")
    facts = {"name": "a.happened", "actor_kind": "system", "happened_at": now}
    ids = [Event.objects.create(organization=organization, **facts).pk for _ in range(66)]
    Event.objects.create(organization=stranger, **facts)
    expected = str(sum(ids[-64:]) + ids[-1])
    assert (change_mark(organization), stages_and_mark(organization)[1]) == (expected, expected)
