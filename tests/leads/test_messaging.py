"""Saying and hearing."""

import datetime as dt
import uuid
from collections.abc import Callable

import pytest
from pytest_django import DjangoCaptureOnCommitCallbacks

from crm.models import Actor, Advisor, Event, Organization
from leads import messaging, pipeline, suppression
from leads.errors import ContactRefused
from leads.intake import OnDuplicate, receive_lead
from leads.models import ContactDecision, Conversation, Message, MessageState
from leads.opt_out_words import Keyword, keyword_in
from tests.conftest import MakeLead

BY = Actor.system()
type Committed = Callable[..., DjangoCaptureOnCommitCallbacks]


def test_an_advisors_message_goes_out_on_commit(
    make_lead: MakeLead, alice: Advisor, now: dt.datetime, django_capture_on_commit_callbacks: Committed
) -> None:
    lead = make_lead()
    messaging.receive(lead.organization, address=str(lead.phone_e164), body="Hello?", now=now)
    with django_capture_on_commit_callbacks(execute=True):
        message = messaging.write(lead, body="Good morning", by_advisor=alice, now=now)
    message.refresh_from_db()
    assert (message.state, message.attempts, message.provider) == (MessageState.SENT, 1, "simulator")
    conversation = Conversation.objects.get()
    assert (conversation.message_count, conversation.unanswered_since) == (2, None)
    lead.refresh_from_db()
    assert (lead.contacted_at, lead.last_contacted_at) == (message.sent_at, None)


def test_one_token_says_it_once(make_lead: MakeLead, alice: Advisor, now: dt.datetime) -> None:
    lead, token = make_lead(), uuid.uuid4()
    first = messaging.write(lead, body="Hi", by_advisor=alice, now=now, token=token)
    assert messaging.write(lead, body="Hi", by_advisor=alice, now=now, token=token) == first
    assert Message.objects.count() == 1


def test_it_refuses_to_write_to_somebody_who_opted_out(
    make_lead: MakeLead, alice: Advisor, organization: Organization, now: dt.datetime
) -> None:
    lead = make_lead()
    suppression.opt_out(organization, str(lead.phone_e164), reason="STOP", by=BY, now=now)
    with pytest.raises(ContactRefused):
        messaging.write(lead, body="Hi", by_advisor=alice, now=now)
    assert ContactDecision.objects.get().rule == "opt_out"
    assert not Message.objects.exists()


def test_a_reply_waits_for_an_answer(make_lead: MakeLead, organization: Organization, now: dt.datetime) -> None:
    lead = make_lead()
    messaging.receive(organization, address=str(lead.phone_e164), body="Is it open?", now=now)
    messaging.receive(organization, address=str(lead.phone_e164), body="Hello?", now=now + dt.timedelta(minutes=5))
    conversation = Conversation.objects.get()
    assert (conversation.unanswered_since, conversation.message_count) == (now, 2)
    assert Event.objects.filter(name="message.received", lead_id=lead.pk).count() == 2


def test_a_message_is_heard_once_however_often_it_is_delivered(
    make_lead: MakeLead, organization: Organization, now: dt.datetime
) -> None:
    address = str(make_lead().phone_e164)
    for _ in range(3):
        messaging.receive(organization, address=address, body="Hi", now=now, provider="x", provider_id="SM1")
    assert Message.objects.count() == 1


def test_a_stranger_is_heard_too(organization: Organization, now: dt.datetime) -> None:
    message = messaging.receive(organization, address="+14155550199", body="Who are you?", now=now)
    assert message.lead is None


def test_stop_works_at_once_and_is_answered_once(
    make_lead: MakeLead,
    alice: Advisor,
    organization: Organization,
    now: dt.datetime,
    django_capture_on_commit_callbacks: Committed,
) -> None:
    lead = make_lead()
    waiting = messaging.write(lead, body="Hi", by_advisor=alice, now=now)
    for _ in range(2):
        with django_capture_on_commit_callbacks(execute=True):
            messaging.receive(organization, address=str(lead.phone_e164), body=" Stop. ", now=now)
    waiting.refresh_from_db()
    assert (waiting.state, waiting.state_reason) == (MessageState.CANCELLED, "Cancelled: opted out.")
    answers = Message.objects.filter(author="system")
    assert [answer.state for answer in answers] == [MessageState.SENT]
    assert Event.objects.get(name="contact.suppressed").data["kind"] == "opt_out"


def test_start_and_help_are_answered(
    make_lead: MakeLead, organization: Organization, now: dt.datetime, django_capture_on_commit_callbacks: Committed
) -> None:
    address = str(make_lead().phone_e164)
    for word in ("STOP", "START", "HELP"):
        with django_capture_on_commit_callbacks(execute=True):
            messaging.receive(organization, address=address, body=word, now=now)
    assert Message.objects.filter(author="system", state=MessageState.SENT).count() == 3


def test_the_conversation_outlives_the_lead(make_lead: MakeLead, organization: Organization, now: dt.datetime) -> None:
    lead = make_lead(phone="4155551234")
    messaging.receive(organization, address="+14155551234", body="Hi", now=now)
    pipeline.delete_lead(lead, by=BY, now=now)
    again = receive_lead(
        organization=organization, fields={"phone": "4155551234"}, by=BY, now=now, on_duplicate=OnDuplicate.FILL
    ).lead
    assert again.conversation is not None
    assert again.conversation.message_count == 1


@pytest.mark.parametrize(
    ("body", "keyword"),
    [
        ("STOP", Keyword.STOP),
        ("stop!", Keyword.STOP),
        ("Stop all", Keyword.STOP),
        ("opt-out", Keyword.STOP),
        ("ARRÊT", Keyword.STOP),
        ("¡Alto!", Keyword.STOP),
        ("PARAR", Keyword.STOP),
        ("Basta.", Keyword.STOP),
        ("cancelar", Keyword.STOP),
        ("No más", Keyword.STOP),
        ("NO MAS", Keyword.STOP),
        ("dar de baja", Keyword.STOP),
        ("no quiero cancelar", None),
        ("es alto el pago", None),
        ("Ayuda", Keyword.HELP),
        ("we must stop this bill", None),
        ("stop it", None),
        ("Unstop", Keyword.START),
        ("help?", Keyword.HELP),
        ("", None),
    ],
)
def test_only_a_whole_message_is_a_keyword(body: str, keyword: Keyword | None) -> None:
    assert keyword_in(body) is keyword
