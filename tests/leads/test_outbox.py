"""Once, or with a reason not at all."""

import datetime as dt
from typing import Any

import pytest
from django.db.models import QuerySet

from crm.channels.base import Accepted, CannotTell, Outgoing, Refused, Tried, Uncertain, channel_named
from crm.models import Advisor, Event, Organization
from leads import messaging, outbox, reaping
from leads.models import Author, ContactDecision, Lead, Message, MessageState
from tests.conftest import MakeLead

LONG_AGO = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


class Carrier:
    """A channel at the edge of the house that answers as it is told to, and remembers what it took."""

    name = "carrier"
    answer: Exception | None = None
    found: Exception | None = None
    log: list[str]

    def __init__(self) -> None:
        Carrier.log = []

    def send(self, message: Outgoing) -> Accepted:
        if self.answer:
            raise self.answer
        self.log.append(message.reference)
        return Accepted(f"c-{message.reference}"[:64])

    def lookup(self, tried: Tried) -> Accepted | None:
        if self.found:
            raise self.found
        reference = tried.message.reference
        return Accepted(f"c-{reference}"[:64]) if reference in self.log else None


@pytest.fixture(autouse=True)
def carrier(settings: Any, monkeypatch: pytest.MonkeyPatch) -> type[Carrier]:
    settings.CHANNELS = {"sms": "tests.leads.test_outbox.Carrier"}
    channel_named.cache_clear()
    instance = Carrier()
    monkeypatch.setattr("leads.outbox.channel_named", lambda name: instance)
    monkeypatch.setattr("leads.reaping.channel_named", lambda name: instance)
    monkeypatch.setattr(Carrier, "answer", None)
    monkeypatch.setattr(Carrier, "found", None)
    return Carrier


def queued(lead: Lead, alice: Advisor, now: dt.datetime, **changes: Any) -> Message:
    message = messaging.write(lead, body="Hi", by_advisor=alice, now=now)
    Message.objects.filter(pk=message.pk).update(**changes)
    return message


def everything() -> QuerySet[Message]:
    return Message.objects.all()


def state_of(message: Message) -> str:
    return Message.objects.get(pk=message.pk).state


def test_it_works(make_lead: MakeLead, alice: Advisor, now: dt.datetime) -> None:
    message = queued(make_lead(), alice, now)
    assert outbox.deliver(outbox.claim(now, everything())) == {message.pk}
    assert Carrier.log == [str(message.uuid)]
    assert outbox.deliver(outbox.claim(now, everything())) == set()


def test_nobody_claims_what_is_claimed(make_lead: MakeLead, alice: Advisor, now: dt.datetime) -> None:
    queued(make_lead(), alice, now)
    assert len(outbox.claim(now, everything()).messages) == 1
    assert outbox.claim(now, everything()).messages == []


def test_what_is_not_due_waits(make_lead: MakeLead, alice: Advisor, now: dt.datetime) -> None:
    queued(make_lead(), alice, now, not_before=now + dt.timedelta(seconds=1))
    assert outbox.claim(now, everything()).messages == []
    assert outbox.due_organizations(now) == []


def test_each_organization_with_something_due_gets_its_turn(
    make_lead: MakeLead, alice: Advisor, charlie: Advisor, other_organization: Organization, now: dt.datetime
) -> None:
    queued(make_lead(), alice, now)
    queued(make_lead(organization=other_organization), charlie, now)
    assert len(outbox.due_organizations(now)) == 2


def test_the_night_puts_automated_messages_off_and_says_so(
    make_lead: MakeLead, alice: Advisor, organization: Organization
) -> None:
    night = dt.datetime(2026, 11, 20, 6, 0, tzinfo=dt.UTC)
    lead = make_lead()
    Organization.objects.filter(pk=organization.pk).update(quiet_hours=True)
    message = queued(lead, alice, night, author=Author.SEQUENCE)
    assert outbox.claim(night, everything()).messages == []
    message.refresh_from_db()
    assert (message.state, message.not_before) == (
        MessageState.QUEUED,
        dt.datetime(2026, 11, 20, 16, 0, tzinfo=dt.UTC),
    )
    assert ContactDecision.objects.get().rule == "quiet_hours"


def test_a_reply_voids_what_it_should(make_lead: MakeLead, alice: Advisor, now: dt.datetime) -> None:
    lead = make_lead()
    voided = queued(lead, alice, now, void_after=now - dt.timedelta(hours=1))
    kept = queued(lead, alice, now)
    messaging.receive(lead.organization, address=str(lead.phone_e164), body="Yes?", now=now)
    assert [message.pk for message in outbox.claim(now, everything()).messages] == [kept.pk]
    assert state_of(voided) == MessageState.CANCELLED


def test_a_refusal_for_good_fails_and_tells(
    make_lead: MakeLead, alice: Advisor, now: dt.datetime, carrier: type[Carrier]
) -> None:
    carrier.answer = Refused("30006", "Landline", permanent=True)
    message = queued(make_lead(), alice, now)
    outbox.deliver(outbox.claim(now, everything()))
    message.refresh_from_db()
    assert (message.state, message.error_code) == (MessageState.FAILED, "30006")
    assert Event.objects.get(name="message.failed").data["reason"] == "Landline"


def test_a_refusal_for_now_tries_again_later_but_not_for_ever(
    make_lead: MakeLead, alice: Advisor, now: dt.datetime, carrier: type[Carrier]
) -> None:
    carrier.answer = Refused("busy", "Busy", permanent=False)
    message = queued(make_lead(), alice, now)
    for attempt in range(1, 6):
        outbox.deliver(outbox.claim(now + dt.timedelta(days=attempt), everything()))
        message.refresh_from_db()
        assert message.attempts == attempt
    assert message.state == MessageState.DEAD
    assert Event.objects.filter(name="message.dead").count() == 1


@pytest.mark.parametrize("doubt", [Uncertain("timed out"), RuntimeError("a bug of ours")])
def test_a_doubt_is_never_simply_queued_again(
    make_lead: MakeLead, alice: Advisor, now: dt.datetime, carrier: type[Carrier], doubt: Exception
) -> None:
    carrier.answer = doubt
    message = queued(make_lead(), alice, now)
    outbox.deliver(outbox.claim(now, everything()))
    assert state_of(message) == MessageState.UNKNOWN


def lapsed(message: Message) -> None:
    Message.objects.filter(pk=message.pk).update(leased_until=LONG_AGO)


def test_a_sender_that_died_after_the_post_is_found_out(make_lead: MakeLead, alice: Advisor, now: dt.datetime) -> None:
    message = queued(make_lead(), alice, now)
    claimed = outbox.claim(now, everything())
    Carrier.log.append(str(message.uuid))
    lapsed(message)
    reaped = reaping.reap(now)
    assert (reaped.expired, reaped.found_sent, state_of(message)) == (1, 1, MessageState.SENT)
    assert outbox.outcomes.write_down(claimed.messages, claimed.token) is None
    assert state_of(message) == MessageState.SENT


def test_a_sender_that_died_before_the_post_is_tried_again(
    make_lead: MakeLead, alice: Advisor, now: dt.datetime
) -> None:
    message = queued(make_lead(), alice, now)
    outbox.claim(now, everything())
    lapsed(message)
    assert reaping.reap(now).queued_again == 1
    outbox.deliver(outbox.claim(now + dt.timedelta(minutes=5), everything()))
    assert Carrier.log == [str(message.uuid)]


def test_a_carriers_death_is_no_attempt_of_the_message(make_lead: MakeLead, alice: Advisor, now: dt.datetime) -> None:
    """Seven workers die with it in their hands; the eighth brings it out."""
    message = queued(make_lead(), alice, now)
    for day in range(1, outbox.MAX_CRASHES):
        assert outbox.claim(now + dt.timedelta(days=day), everything()).messages
        lapsed(message)
        assert reaping.reap(now + dt.timedelta(days=day)).queued_again == 1
    message.refresh_from_db()
    assert (message.attempts, message.crashes) == (0, outbox.MAX_CRASHES - 1)
    outbox.deliver(outbox.claim(now + dt.timedelta(days=9), everything()))
    assert state_of(message) == MessageState.SENT


def test_a_message_that_kills_every_carrier_is_given_up(make_lead: MakeLead, alice: Advisor, now: dt.datetime) -> None:
    message = queued(make_lead(), alice, now)
    for day in range(1, outbox.MAX_CRASHES + 2):
        outbox.claim(now + dt.timedelta(days=day), everything())
        lapsed(message)
        reaping.reap(now + dt.timedelta(days=day))
    message.refresh_from_db()
    assert (message.state, message.crashes) == (MessageState.DEAD, outbox.MAX_CRASHES)
    assert message.state_reason == "Given up: whoever carried it stopped, 8 times."
    assert Event.objects.filter(name="message.dead").count() == 1


def test_when_asking_itself_fails_a_person_decides(
    make_lead: MakeLead, alice: Advisor, now: dt.datetime, carrier: type[Carrier]
) -> None:
    message = queued(make_lead(), alice, now)
    outbox.claim(now, everything())
    lapsed(message)
    carrier.found = LookupError("a bug of ours")
    assert reaping.reap(now).for_review == 0
    assert reaping.reap(now + dt.timedelta(hours=1)).for_review == 1


def test_patience_counts_from_the_doubt_and_not_from_when_it_was_due(
    make_lead: MakeLead, alice: Advisor, now: dt.datetime, carrier: type[Carrier]
) -> None:
    """A backlog of an hour is no reason to give up asking at the first silence."""
    message = queued(make_lead(), alice, now - dt.timedelta(hours=1))
    outbox.claim(now, everything())
    lapsed(message)
    carrier.found = CannotTell("busy")
    assert reaping.reap(now).for_review == 0
    assert state_of(message) == MessageState.UNKNOWN


def test_when_nobody_can_tell_a_person_decides(
    make_lead: MakeLead, alice: Advisor, now: dt.datetime, carrier: type[Carrier]
) -> None:
    message = queued(make_lead(), alice, now)
    outbox.claim(now, everything())
    lapsed(message)
    carrier.found = CannotTell("no such log")
    assert reaping.reap(now).for_review == 0
    assert reaping.reap(now + dt.timedelta(hours=1)).for_review == 1
    assert state_of(message) == MessageState.NEEDS_REVIEW


def test_a_stop_reaches_what_a_carrier_has_in_hand_and_has_not_begun(
    make_lead: MakeLead, alice: Advisor, now: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "FRESH_SECONDS", -1.0)
    goes, stops = queued(make_lead(), alice, now), queued(make_lead(), alice, now)
    claimed = outbox.claim(now, everything().filter(pk__in=[goes.pk, stops.pk]))
    messaging.receive(stops.organization, address=stops.address, body="STOP", now=now)
    assert outbox.deliver(claimed) == {goes.pk}
    assert (state_of(goes), state_of(stops)) == (MessageState.SENT, MessageState.CANCELLED)
    stops.refresh_from_db()
    assert stops.state_reason == "Not sent: stopped at the last moment."
    outbox.deliver(outbox.claim(now, everything()))
    assert len(Carrier.log) == 2, "our answer to the STOP goes out all the same"


def test_a_sender_past_its_deadline_gives_everything_back(
    make_lead: MakeLead, alice: Advisor, now: dt.datetime
) -> None:
    message = queued(make_lead(), alice, now)
    claimed = outbox.claim(now, everything())
    claimed.deadline = 0.0
    assert outbox.deliver(claimed) == set()
    message.refresh_from_db()
    assert (message.state, message.attempts, Carrier.log) == (MessageState.QUEUED, 0, [])
