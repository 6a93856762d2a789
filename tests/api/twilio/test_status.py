"""What becomes of texts, as Twilio reports it: late, twice, and in any order."""

from __future__ import annotations

import datetime as dt
import itertools
import uuid
from typing import Any

import pytest

from crm.models import Advisor, Event, Organization
from leads import messaging, outbox
from leads.models import Conversation, DoNotCall, Message, MessageState
from tests.api.twilio.conftest import Calls, connected
from tests.conftest import MakeLead

SMS = f"SM{'c3' * 16}"


@pytest.fixture
def message(make_lead: MakeLead, alice: Advisor, now: dt.datetime) -> Message:
    return messaging.write(make_lead(), body="Hi", by_advisor=alice, now=now)


def standing(message: Message, state: MessageState, **columns: Any) -> Message:
    known = {"provider": "twilio", "provider_id": SMS} if state == MessageState.SENT else {}
    Message.objects.filter(pk=message.pk).update(state=state, **known | columns)
    return message


def reported(calls: Calls, message: Message | None, status: str, **fields: str) -> int:
    query = f"?message={message.uuid}" if message else ""
    answer = calls(f"/twilio/status{query}", **{"MessageSid": SMS, "MessageStatus": status} | fields)
    return int(answer.status_code)


def state_of(message: Message) -> str:
    message.refresh_from_db()
    return message.state


def test_it_works(twilio_calls: Calls, message: Message) -> None:
    standing(message, MessageState.SENT)
    assert reported(twilio_calls, message, "delivered") == 204
    assert state_of(message) == MessageState.DELIVERED
    assert message.delivered_at is not None
    assert Event.objects.get(name="message.delivered").data["message"] == str(message.uuid)


def test_nobody_else_may_report(twilio_calls: Calls, message: Message) -> None:
    standing(message, MessageState.SENT)
    assert reported(twilio_calls, message, "delivered", signed="bm8=") == 403
    assert state_of(message) == MessageState.SENT


@pytest.mark.parametrize("order", list(itertools.permutations(["queued", "sent", "delivered"])))
def test_in_any_order_it_ends_as_delivered(twilio_calls: Calls, message: Message, order: tuple[str, ...]) -> None:
    standing(message, MessageState.SENT)
    for status in (*order, *order):
        reported(twilio_calls, message, status)
    assert state_of(message) == MessageState.DELIVERED
    assert Event.objects.filter(name="message.delivered").count() == 1


def test_what_failed_stays_failed_and_says_why(twilio_calls: Calls, message: Message) -> None:
    standing(message, MessageState.SENT)
    for status in ("undelivered", "sent", "delivered", "failed"):
        reported(twilio_calls, message, status, ErrorCode="30006")
    assert (state_of(message), message.error_code) == (MessageState.FAILED, "30006")
    assert message.state_reason == "This number is a landline, or its carrier can't be reached"
    assert Event.objects.filter(name="message.failed").count() == 1


@pytest.mark.parametrize(
    "doubt", [MessageState.UNKNOWN, MessageState.QUEUED, MessageState.NEEDS_REVIEW, MessageState.DEAD]
)
def test_a_report_settles_every_doubt(twilio_calls: Calls, message: Message, doubt: MessageState) -> None:
    standing(message, doubt)
    reported(twilio_calls, message, "sent")
    assert (state_of(message), message.provider_id) == (MessageState.SENT, SMS)
    assert message.sent_at is not None
    assert Conversation.objects.get(pk=message.conversation_id).message_count == 1


def test_a_report_that_is_faster_than_the_answer_is_counted_once(
    twilio_calls: Calls, message: Message, now: dt.datetime
) -> None:
    claimed = outbox.claim(now, Message.objects.filter(pk=message.pk))
    assert reported(twilio_calls, message, "delivered") == 204
    (mine,) = claimed.messages
    mine.state, mine.provider, mine.provider_id = MessageState.SENT, "twilio", SMS
    outbox.outcomes.write_down([mine], claimed.token)
    assert state_of(message) == MessageState.DELIVERED
    assert Conversation.objects.get(pk=message.conversation_id).message_count == 1


def test_a_report_by_its_number_alone_is_enough(twilio_calls: Calls, message: Message) -> None:
    standing(message, MessageState.SENT)
    reported(twilio_calls, None, "delivered")
    assert state_of(message) == MessageState.DELIVERED


def test_a_second_text_for_the_same_message_changes_nothing(twilio_calls: Calls, message: Message) -> None:
    standing(message, MessageState.SENT)
    reported(twilio_calls, message, "failed", MessageSid="SMother")
    assert state_of(message) == MessageState.SENT


def test_nobody_reports_on_messages_of_another_organization(
    twilio_calls: Calls, message: Message, other_organization: Organization
) -> None:
    standing(message, MessageState.SENT)
    sid, token = f"AC{'d4' * 16}", "rivals"
    connected(other_organization, external_id=sid, secret=token)
    assert reported(twilio_calls, message, "delivered", AccountSid=sid, token=token) == 204
    assert state_of(message) == MessageState.SENT


def test_who_opted_out_at_the_carrier_has_opted_out_here(twilio_calls: Calls, message: Message) -> None:
    standing(message, MessageState.SENT)
    reported(twilio_calls, message, "failed", ErrorCode="21610")
    assert DoNotCall.objects.get().address == message.address


@pytest.mark.parametrize(
    ("status", "sid", "answer"), [("flying", SMS, 204), ("sent", "SMunknown", 204), ("sent", "", 400)]
)
def test_what_we_can_not_use_moves_nothing(
    twilio_calls: Calls, message: Message, status: str, sid: str, answer: int
) -> None:
    standing(message, MessageState.SENT)
    assert reported(twilio_calls, None, status, MessageSid=sid) == answer
    assert state_of(message) == MessageState.SENT


def test_a_reference_that_is_none_is_no_harm(twilio_calls: Calls, message: Message) -> None:
    standing(message, MessageState.SENT)
    for reference in ("x", str(uuid.uuid4()), "%00"):
        answer = twilio_calls(f"/twilio/status?message={reference}", MessageSid="SMx", MessageStatus="sent")
        assert answer.status_code == 204
