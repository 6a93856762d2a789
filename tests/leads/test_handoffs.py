"""A conversation starts once, and a person is called in once."""

from __future__ import annotations

import datetime as dt

import pytest

from crm.models import Event, Organization
from leads import messaging
from leads.handoff_words import asks_for_person
from leads.models import Conversation
from tests.conftest import MakeLead


@pytest.mark.parametrize(
    "words",
    ["Can I talk to a real person?", "agent", "Human please!", "I'd like to speak with someone about this", "call me",
     "Could you give me a call tomorrow?", "Let me chat with your loan officer"],
)  # fmt: skip
def test_asking_for_a_person(words: str) -> None:
    assert asks_for_person(words)


@pytest.mark.parametrize(
    "words",
    ["", "STOP", "Don't call me", "Please do not call me again", "I sent the documents", "my agent has the papers",
     "never call me", "personal", "The representative was nice", "x" * 100_000],
)  # fmt: skip
def test_not_asking_for_a_person(words: str) -> None:
    assert not asks_for_person(words)


def names(organization: Organization) -> list[str]:
    told = Event.objects.filter(organization=organization, name__startswith="conversation.")
    return [*told.exclude(name="conversation.taken_over").order_by("pk").values_list("name", flat=True)]


def test_a_person_is_called_in_once(organization: Organization, make_lead: MakeLead, now: dt.datetime) -> None:
    lead = make_lead(phone="+14155551234")
    for words in ("Hi", "Can I talk to a person?", "Call me"):
        messaging.receive(organization, address="+14155551234", body=words, now=now)
    assert names(organization) == ["conversation.started", "conversation.handoff_requested"]
    assert Conversation.objects.get().needs_handoff
    asked = Event.objects.get(name="conversation.handoff_requested")
    assert (asked.lead_id, asked.actor_kind) == (lead.pk, "borrower")


@pytest.mark.django_db(transaction=True)
def test_the_first_message_out_starts_it_too(organization: Organization, make_lead: MakeLead, now: dt.datetime) -> None:
    lead = make_lead(phone="+14155551234")
    for words in ("Hello", "Hello again"):
        messaging.write(lead, body=words, by_person="Pat", now=now)
    messaging.receive(organization, address="+14155551234", body="Hi", now=now)
    assert Conversation.objects.get().message_count == 3
    assert names(organization) == ["conversation.started"]
    assert Event.objects.get(name="conversation.started").data["direction"] == "out"


@pytest.mark.django_db(transaction=True)
def test_the_ai_waits_for_the_person_and_the_persons_answer_ends_the_call(
    organization: Organization, make_lead: MakeLead, now: dt.datetime
) -> None:
    lead = make_lead(phone="+14155551234")
    messaging.receive(organization, address="+14155551234", body="Agent", now=now)
    conversation = Conversation.objects.get()
    assert conversation.ai_paused_until is not None
    assert conversation.ai_paused_until > now
    messaging.write(lead, body="Here I am", by_person="Pat", now=now)
    conversation.refresh_from_db()
    assert conversation.needs_handoff is False
    messaging.receive(organization, address="+14155551234", body="Call me", now=now)
    assert names(organization).count("conversation.handoff_requested") == 2
