"""An advisor says themself that they take no new leads for a while, and the rules obey."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.utils import timezone

from crm.models import Actor, Advisor, Event, Organization
from leads import assignment_rules
from leads.intake import receive_lead
from leads.models import Lead, Way
from tests.conftest import ClientOf, MakeLead

HERE = "/account/new-leads"


@pytest.fixture
def rule(organization: Organization, alice: Advisor, bob: Advisor, now: dt.datetime) -> None:
    turns = {"name": "In turns", "way": Way.TURNS}
    assignment_rules.add(organization, turns, {alice: 1, bob: 1}, by=Actor.system(), now=now)


@pytest.fixture
def client(bob: Advisor, client_of: ClientOf) -> Client:
    return client_of(bob)


def local(moment: dt.datetime) -> str:
    return f"{timezone.localtime(moment):%Y-%m-%dT%H:%M}"


def test_it_works(
    client: Client, rule: None, organization: Organization, alice: Advisor, bob: Advisor, now: dt.datetime
) -> None:
    assert "You take new leads" in client.get(HERE).text
    assert client.post(HERE, {"until": local(now + dt.timedelta(days=2))}).status_code == 302
    assert "Take new leads again" in client.get(HERE).text
    fact = Event.objects.get(name="advisor.limited")
    assert (fact.data["advisor_id"], [*fact.data["changes"]]) == (bob.pk, ["paused_until"])
    for number in range(3):
        fields = {"name": f"Lead {number}", "phone": f"+1415555{number + 2000}"}
        receive_lead(organization=organization, fields=fields, by=Actor.system(), now=now)
    assert set(Lead.objects.values_list("advisor", flat=True)) == {alice.pk}

    client.post(HERE, {"until": ""})
    bob.refresh_from_db()
    assert bob.paused_until is None
    assert Event.objects.filter(name="advisor.limited").count() == 2


def test_their_other_limits_stay(client: Client, bob: Advisor, now: dt.datetime) -> None:
    Advisor.objects.filter(pk=bob.pk).update(licensed_in="CA,TX", most_open_leads=7)
    client.post(HERE, {"until": local(now + dt.timedelta(days=2))})
    bob.refresh_from_db()
    assert (bob.licensed_in, bob.most_open_leads) == ("CA,TX", 7)


@pytest.mark.parametrize(("until", "status"), [("nonsense", 422), ("2999-01-01T09:00", 422), ("2001-01-01T09:00", 302)])
def test_what_is_no_time_to_come_pauses_nobody(client: Client, bob: Advisor, until: str, status: int) -> None:
    assert client.post(HERE, {"until": until}).status_code == status
    bob.refresh_from_db()
    assert bob.paused_until is None
    assert not Event.objects.filter(name="advisor.limited").exists()


def test_the_form_of_a_new_lead_says_that_rules_choose(
    client: Client, organization: Organization, bob: Advisor
) -> None:
    assert "Nobody yet" in client.get("/leads/new").text
    rule = assignment_rules.add(
        organization, {"name": "Bob", "way": Way.ADVISOR}, {bob: 1}, by=Actor.system(), now=timezone.now()
    )
    assert "Whom the assignment rules choose" in client.get("/leads/new").text
    assignment_rules.switch(rule, is_on=False, by=Actor.system(), now=timezone.now())
    assert "Nobody yet" in client.get("/leads/new").text


def test_what_is_given_by_hand_is_given(
    client: Client, rule: None, make_lead: MakeLead, bob: Advisor, now: dt.datetime
) -> None:
    client.post(HERE, {"until": local(now + dt.timedelta(days=2))})
    assert make_lead(name="Ann", advisor=bob).advisor == bob
