"""Messages that may mean STOP without saying it."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client

from crm.models import Advisor, Event
from leads import messaging, suspicion
from leads.contactability import Kind, Rule, check
from leads.models import Channel, Conversation, DoNotCall, Lead
from leads.opt_out_words import keyword_in
from tests.conftest import ClientOf, MakeLead

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead(make_lead: MakeLead) -> Lead:
    return make_lead(phone="4155551234")


@pytest.fixture
def asked(lead: Lead, now: dt.datetime) -> Lead:
    messaging.receive(lead.organization, address="+14155551234", body="Please stop texting me!", now=now)
    return Lead.objects.select_related("organization", "stage", "conversation").get(pk=lead.pk)


@pytest.mark.parametrize("pattern", suspicion.PATTERNS, ids=lambda pair: pair[1])
def test_each_pattern_finds_its_own_example(pattern: tuple[str, str]) -> None:
    assert suspicion.sounds_like_opt_out(pattern[1])


@pytest.mark.parametrize(
    "body",
    [
        "PLEASE STOP TEXTING ME", "don’t text me again", "dont call us", "remove me", "no more calls please",
        "stop it!",
        "No quiero recibir más mensajes", "Quítenme de la lista", "borre mi numero por favor", "Ya no me escriban",
        "por favor pare",
        "Wrong number", "how do I opt out?", "quit messaging me", "take my number off your list",
    ],
)  # fmt: skip
def test_it_sounds_like_an_opt_out(body: str) -> None:
    assert suspicion.sounds_like_opt_out(body)
    assert keyword_in(body) is None


@pytest.mark.parametrize(
    "body",
    [
        "we must stop this bill", "Call me tomorrow", "how long will it take me?", "drop me a line",
        "Can I just stop by?",
        "No quiero perder la casa", "llámeme mañana", "ya no más preguntas", "¿me quita la tasa?",
        "don't worry", "text me the list", "the bank won't stop the payment", "",
    ],
)  # fmt: skip
def test_it_does_not(body: str) -> None:
    assert not suspicion.sounds_like_opt_out(body)


def test_machines_wait_and_people_are_asked(asked: Lead, now: dt.datetime) -> None:
    verdict = check(asked, Channel.SMS, now)
    assert (verdict.kind, verdict.rule) == (Kind.LATER, Rule.SUSPECTED)
    assert check(asked, Channel.SMS, now, automated=False).is_allowed
    event = Event.objects.get(name="contact.suspected_opt_out")
    assert (event.lead_id, event.data["words"]) == (asked.pk, "Please stop texting me!")


def test_it_is_asked_once(asked: Lead, now: dt.datetime) -> None:
    messaging.receive(asked.organization, address="+14155551234", body="leave me alone", now=now)
    assert Event.objects.filter(name="contact.suspected_opt_out").count() == 1


def test_the_page_asks_and_an_answer_opts_out(asked: Lead, bob: Advisor, client_of: ClientOf) -> None:
    client: Client = client_of(bob)
    assert "Did they ask to stop?" in client.get(f"/leads/{asked.uuid}").content.decode()
    client.post(f"/leads/{asked.uuid}/suspected-opt-out", {"was": "stop"})
    entry = DoNotCall.objects.get()
    assert (entry.address, entry.kind) == ("+14155551234", "opt_out")
    assert "Bob Baker" in entry.reason
    html = client.get(f"/leads/{asked.uuid}").content.decode()
    assert "Did they ask to stop?" not in html
    assert "read it as an opt-out" in html


def test_when_it_was_none_follow_up_goes_on(asked: Lead, bob: Advisor, client_of: ClientOf, now: dt.datetime) -> None:
    client_of(bob).post(f"/leads/{asked.uuid}/suspected-opt-out", {"was": "other"})
    assert check(asked, Channel.SMS, now).is_allowed
    assert not DoNotCall.objects.exists()


def test_a_stop_answers_the_question(asked: Lead, now: dt.datetime) -> None:
    messaging.receive(asked.organization, address="+14155551234", body="STOP", now=now)
    assert Conversation.objects.get().suspected_opt_out_at is None
    assert check(asked, Channel.SMS, now).rule is Rule.OPT_OUT


def test_a_stranger_answers_nothing(asked: Lead, charlie: Advisor, client_of: ClientOf) -> None:
    answer = client_of(charlie).post(f"/leads/{asked.uuid}/suspected-opt-out", {"was": "stop"})
    assert answer.status_code == 404
    assert not DoNotCall.objects.exists()
