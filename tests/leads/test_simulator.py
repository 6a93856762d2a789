"""The simulator: a manager plays the borrower by the doors that real channels use, and only where nothing goes out."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from crm import channel_accounts
from crm.models import Actor, Advisor, Event, Organization
from leads import contactability, messaging, outbox
from leads.models import Direction, Lead, Message, MessageState
from tests.conftest import ClientOf, MakeLead

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def simulated(settings: Any, tmp_path: Any) -> None:
    settings.SIMULATOR_LOG = str(tmp_path / "sent.jsonl")


@pytest.fixture
def client(alice: Advisor, client_of: ClientOf) -> Client:
    return client_of(alice)


@pytest.fixture
def lead(make_lead: MakeLead) -> Lead:
    return make_lead(name="Curtis Boyd", email="curtis@ironoak.example")


def token(client: Client, lead: Lead) -> str:
    found = re.search(r'name="token" value="([^"]+)"', client.get(f"/simulator/{lead.uuid}").content.decode())
    assert found
    return found[1]


def say(client: Client, lead: Lead, body: str, **more: str) -> Any:
    return client.post(f"/simulator/{lead.uuid}/replies", {"body": body, "token": token(client, lead)} | more)


def sent(lead: Lead, alice: Advisor) -> Message:
    message = messaging.write(lead, body="Hello Curtis", by_advisor=alice, now=timezone.now())
    outbox.deliver_now([message.pk])
    message.refresh_from_db()
    return message


def test_it_works(client: Client, lead: Lead, alice: Advisor) -> None:
    message = sent(lead, alice)
    assert message.state == MessageState.SENT
    page = client.get(f"/simulator/{lead.uuid}").content.decode()
    for words in ("Curtis Boyd’s phone", "Hello Curtis", "It arrives", "STOP"):
        assert words in page
    client.post(f"/simulator/{lead.uuid}/messages/{message.uuid}", {"is": "delivered"})
    message.refresh_from_db()
    assert message.state == MessageState.DELIVERED
    assert say(client, lead, "Yes please").status_code == 302
    heard = Message.objects.get(direction=Direction.INBOUND)
    assert (heard.body, heard.lead, heard.channel) == ("Yes please", lead, "sms")
    lead.refresh_from_db()
    assert lead.conversation
    assert lead.conversation.unanswered_since


def test_stop_and_start_do_what_they_do(client: Client, lead: Lead, now: Any) -> None:
    say(client, lead, "", quick="STOP")
    assert contactability.check(lead, "sms", timezone.now()).rule == "opt_out"
    assert "You are unsubscribed" in Message.objects.get(direction=Direction.OUTBOUND).body
    say(client, lead, "", quick="START")
    assert contactability.check(lead, "sms", timezone.now()).is_allowed


def test_the_same_words_sent_twice_are_heard_once(client: Client, lead: Lead) -> None:
    given = {"body": "Yes", "token": token(client, lead)}
    for _ in range(2):
        assert client.post(f"/simulator/{lead.uuid}/replies", given).status_code == 302
    assert Message.objects.filter(direction=Direction.INBOUND).count() == 1


def test_an_email_is_answered_by_email(client: Client, lead: Lead) -> None:
    say(client, lead, "Yes", channel="email")
    heard = Message.objects.get(direction=Direction.INBOUND)
    assert (heard.channel, heard.address) == ("email", "curtis@ironoak.example")


def test_what_does_not_arrive_fails_for_good(client: Client, lead: Lead, alice: Advisor) -> None:
    message = sent(lead, alice)
    address = f"/simulator/{lead.uuid}/messages/{message.uuid}"
    screen = client.post(address, {"is": "failed"}, headers=HTMX).content.decode()
    assert "The phone was switched off" in screen
    client.post(address, {"is": "delivered"})
    message.refresh_from_db()
    assert (message.state, message.error_code) == (MessageState.FAILED, "30003")
    assert Event.objects.filter(name="message.failed").count() == 1


@pytest.mark.parametrize("body", ["", "  ", "x" * 1601, "a\0b"])
def test_what_cannot_be_said_is_refused(client: Client, lead: Lead, body: str) -> None:
    assert say(client, lead, body).status_code == 422
    assert not Message.objects.exists()
    assert client.post(f"/simulator/{lead.uuid}/replies", {"body": "x", "token": "x"}, headers=HTMX).status_code == 422


def test_who_has_no_number_has_no_phone(client: Client, make_lead: MakeLead) -> None:
    nobody = make_lead(phone="", email="", name="Nobody")
    assert "no number and no address" in client.get(f"/simulator/{nobody.uuid}").content.decode()
    assert say_without_token(client, nobody).status_code == 422


def say_without_token(client: Client, lead: Lead) -> Any:
    return client.post(f"/simulator/{lead.uuid}/replies", {"body": "Hi", "token": "0" * 32})


def test_where_texts_really_go_out_there_is_no_simulator(
    client: Client, lead: Lead, organization: Organization, settings: Any
) -> None:
    channel_accounts.connect(
        organization,
        provider="twilio",
        external_id=f"AC{'a1' * 16}",
        sender="+14155559000",
        secret="token",
        by=Actor.system(),
        now=timezone.now(),
    )
    say(client, lead, "by text", channel="sms")
    assert Message.objects.get().channel == "email"  # all that is still simulated
    assert client.post(f"/leads/{lead.uuid}/ahead").status_code == 404
    settings.SIMULATE_WITHOUT_ACCOUNT = False
    for address in ("/simulator", f"/simulator/{lead.uuid}"):
        assert client.get(address).status_code == 404
    assert say_without_token(client, lead).status_code == 404
    assert "Simulator" not in client.get("/sequences").content.decode()


def test_it_is_for_managers(bob: Advisor, charlie: Advisor, client_of: ClientOf, lead: Lead) -> None:
    for stranger in (bob, charlie):
        assert client_of(stranger).get(f"/simulator/{lead.uuid}").status_code == 404
        assert say_without_token(client_of(stranger), lead).status_code == 404
        assert client_of(stranger).post(f"/leads/{lead.uuid}/ahead").status_code == 404
    assert client_of(bob).get("/simulator").status_code == 404
    assert "Curtis Boyd" not in client_of(charlie).get("/simulator?q=Curtis").content.decode()


def test_a_message_of_another_lead_is_not_reported(
    client: Client, lead: Lead, alice: Advisor, make_lead: MakeLead
) -> None:
    message = sent(make_lead(name="Other"), alice)
    assert client.post(f"/simulator/{lead.uuid}/messages/{message.uuid}", {"is": "failed"}).status_code == 404


def test_the_people_are_found(client: Client, lead: Lead, make_lead: MakeLead) -> None:
    make_lead(name="Somebody Else")
    found = client.get("/simulator?q=curtis", headers=HTMX).content.decode()
    assert "Curtis" in found
    assert "Somebody" not in found
    assert "Nobody is called like this" in client.get("/simulator?q=zzzz").content.decode()


def test_the_phone_costs_the_same_however_much_was_said(
    client: Client, lead: Lead, organization: Organization, alice: Advisor, make_lead: MakeLead
) -> None:
    counts = []
    for size in (1, 40):
        for number in range(size):
            messaging.receive(organization, address=lead.phone_e164 or "", body=f"{number}", now=timezone.now())
            make_lead()
        with CaptureQueriesContext(connection) as taken:
            assert client.get(f"/simulator/{lead.uuid}").status_code == 200
        counts.append(len(taken))
    assert counts[0] == counts[1] <= 12
