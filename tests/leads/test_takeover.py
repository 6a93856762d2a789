"""Who speaks: the advisor or the AI."""

from __future__ import annotations

import datetime as dt

import pytest

from crm.models import Actor, Advisor, Event
from leads import messaging, takeover
from leads.contactability import Ask, Rule, answer, check
from leads.models import Channel, Lead
from tests.conftest import ClientOf, MakeLead

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def taken(make_lead: MakeLead, alice: Advisor, now: dt.datetime) -> Lead:
    """A lead to whom Alice has just written."""
    lead = make_lead()
    messaging.write(lead, body="Let me see", by_advisor=alice, now=now)
    return Lead.objects.select_related("organization", "stage", "conversation").get(pk=lead.pk)


def by_ai(lead: Lead, at: dt.datetime) -> Rule:
    return answer([Ask(lead, Channel.SMS, by_ai=True)], at)[0].rule


def test_an_advisors_message_keeps_the_ai_silent_for_four_hours(taken: Lead, now: dt.datetime) -> None:
    verdict = answer([Ask(taken, Channel.SMS, by_ai=True)], now)[0]
    assert (verdict.rule, verdict.until) == (Rule.TAKE_OVER, now + 4 * HOUR)
    assert by_ai(taken, now + 4 * HOUR) is Rule.OPEN


def test_steps_with_fixed_words_go_on(taken: Lead, now: dt.datetime) -> None:
    assert check(taken, Channel.SMS, now).is_allowed


def test_the_hours_are_the_organizations(taken: Lead, alice: Advisor, now: dt.datetime) -> None:
    taken.organization.ai_pause_hours = 24
    messaging.write(taken, body="One more thing", by_advisor=alice, now=now)
    assert by_ai(taken, now + 23 * HOUR) is Rule.TAKE_OVER


def test_a_second_message_is_no_second_take_over(taken: Lead, alice: Advisor, now: dt.datetime) -> None:
    messaging.write(taken, body="One more thing", by_advisor=alice, now=now + HOUR)
    assert Event.objects.filter(name="conversation.taken_over").count() == 1
    assert by_ai(taken, now + 4 * HOUR) is Rule.TAKE_OVER


def test_it_is_given_back_on_the_page(taken: Lead, alice: Advisor, client_of: ClientOf, now: dt.datetime) -> None:
    client = client_of(alice)
    assert "The AI keeps silent until" in client.get(f"/leads/{taken.uuid}").content.decode()
    client.post(f"/leads/{taken.uuid}/given-back")
    assert by_ai(taken, now) is Rule.OPEN
    html = client.get(f"/leads/{taken.uuid}").content.decode()
    assert "The AI keeps silent until" not in html
    assert "gave the conversation back" in html


def test_what_nobody_took_is_not_given_back(make_lead: MakeLead, now: dt.datetime) -> None:
    assert not takeover.give_back(make_lead(), by=Actor.system(), now=now)
