"""What borrowers write, as Twilio brings it."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import connection, connections

from crm import channel_accounts
from crm.models import Actor, ChannelAccount, Organization
from leads.models import DoNotCall, Message
from tests.api.twilio.conftest import NUMBER, PUBLIC_URL, SID, Calls, connected
from tests.conftest import MakeLead

FROM = "+14155551234"
WRITTEN = {"MessageSid": f"SM{'c3' * 16}", "From": FROM, "To": NUMBER, "Body": "When do I hear from you?"}


def heard() -> list[Message]:
    return list(Message.objects.filter(direction="in"))


def test_it_works(twilio_calls: Calls, make_lead: MakeLead) -> None:
    lead = make_lead(phone=FROM)
    answer = twilio_calls("/twilio/inbound", **WRITTEN)
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/xml")
    assert answer.content == b'<?xml version="1.0" encoding="UTF-8"?><Response></Response>'
    (message,) = heard()
    assert (message.lead, message.body, message.provider_id) == (lead, WRITTEN["Body"], WRITTEN["MessageSid"])


def test_what_is_delivered_twice_is_heard_once(twilio_calls: Calls) -> None:
    assert [twilio_calls("/twilio/inbound", **WRITTEN).status_code for _ in range(2)] == [200, 200]
    assert len(heard()) == 1


@pytest.mark.django_db(transaction=True)
def test_what_is_delivered_eight_times_at_once_is_heard_once(twilio_calls: Calls) -> None:
    answers: list[int] = []

    def deliver() -> None:
        try:
            answers.append(twilio_calls("/twilio/inbound", **WRITTEN).status_code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=deliver) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    connection.close()
    assert answers == [200] * 8
    assert len(heard()) == 1


@pytest.mark.parametrize("pretence", [{"signed": ""}, {"signed": "bm8="}, {"token": "guessed"}])
def test_nobody_else_may_speak_for_twilio(twilio_calls: Calls, pretence: dict[str, str]) -> None:
    assert twilio_calls("/twilio/inbound", **pretence, **WRITTEN).status_code == 403
    assert heard() == []


def test_a_field_that_was_changed_on_the_way_breaks_the_signature(twilio_calls: Calls, client: Any) -> None:
    from twilio.request_validator import RequestValidator

    fields = {"AccountSid": SID} | WRITTEN
    signature = RequestValidator("the-auth-token").compute_signature(f"{PUBLIC_URL}/twilio/inbound", fields)
    answer = client.post("/twilio/inbound", fields | {"Body": "STOP"}, headers={"X-Twilio-Signature": signature})
    assert (answer.status_code, heard()) == (403, [])


def test_a_disconnected_account_signs_nothing(twilio_calls: Calls, account: ChannelAccount, now: Any) -> None:
    channel_accounts.disconnect(account, by=Actor.system(), now=now)
    assert twilio_calls("/twilio/inbound", **WRITTEN).status_code == 403


def test_only_a_post_is_looked_at(twilio_calls: Calls, client: Any) -> None:
    assert client.get("/twilio/inbound").status_code == 405


def test_stop_works_at_once(twilio_calls: Calls, make_lead: MakeLead) -> None:
    make_lead(phone=FROM)
    twilio_calls("/twilio/inbound", **WRITTEN | {"Body": "Stop."})
    assert DoNotCall.objects.get(lifted_at=None).address == FROM


def test_so_does_a_word_that_only_twilio_was_told_of(twilio_calls: Calls, make_lead: MakeLead) -> None:
    make_lead(phone=FROM)
    twilio_calls("/twilio/inbound", **WRITTEN | {"Body": "Basta ya", "OptOutType": "STOP"})
    assert DoNotCall.objects.get(lifted_at=None).kind == "opt_out"
    twilio_calls("/twilio/inbound", **WRITTEN | {"MessageSid": "SM2", "Body": "Va bene", "OptOutType": "START"})
    assert not DoNotCall.objects.filter(lifted_at=None).exists()


def test_pictures_are_named(twilio_calls: Calls) -> None:
    media = {"NumMedia": "1", "MediaUrl0": "https://api.twilio.com/media/1"}
    twilio_calls("/twilio/inbound", **WRITTEN | media)
    assert heard()[0].body == f"{WRITTEN['Body']}\n[attachment: https://api.twilio.com/media/1]"


def test_organizations_with_one_account_are_told_apart_by_their_number(
    twilio_calls: Calls, other_organization: Organization
) -> None:
    connected(other_organization, sender="+14155559001")
    twilio_calls("/twilio/inbound", **WRITTEN | {"To": "+14155559001"})
    assert heard()[0].organization == other_organization


def test_a_number_that_could_be_anybodys_is_nobodys(twilio_calls: Calls, other_organization: Organization) -> None:
    connected(other_organization, sender="+14155559001")
    assert twilio_calls("/twilio/inbound", **WRITTEN | {"To": "+14155559002"}).status_code == 404
    assert heard() == []


def test_a_messaging_service_has_many_numbers(twilio_calls: Calls, other_organization: Organization) -> None:
    service = f"MG{'b2' * 16}"
    connected(other_organization, sender=service)
    twilio_calls("/twilio/inbound", **WRITTEN | {"To": "+14155559077", "MessagingServiceSid": service})
    assert heard()[0].organization == other_organization


@pytest.mark.parametrize("broken", [{"MessageSid": ""}, {"From": ""}, {"From": "1" * 300}, {"MessageSid": "a" * 65}])
def test_what_can_not_be_a_text_is_refused(twilio_calls: Calls, broken: dict[str, str]) -> None:
    assert twilio_calls("/twilio/inbound", **WRITTEN | broken).status_code == 400
