"""A sender's rate: never more in a minute, whoever sends, and advisors first."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from crm.models import Advisor, Organization
from leads import messaging, outbox, pacing
from leads.models import Author, Message, MessageState, SenderPace
from leads.pacing import Rate
from leads.routing import Route
from sequences import engine
from tests.conftest import MakeLead
from tests.racing import at_once
from tests.sequences.conftest import Enroll, MakeSequence

MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def sixty(settings: Any) -> None:
    """60 a minute: ten at once, then one a second."""
    settings.MESSAGES_PER_MINUTE = {"sms": 60}


@pytest.fixture
def queued(make_sequence: MakeSequence, make_lead: MakeLead, enroll: Enroll, now: dt.datetime) -> None:
    """25 texts that a sequence wants to send."""
    sequence = make_sequence()
    for _ in range(25):
        enroll(make_lead(), sequence)


def sent_at(now: dt.datetime) -> int:
    engine.tick(now)
    return Message.objects.filter(state=MessageState.SENT).count()


def test_it_works(sixty: None, queued: None, now: dt.datetime) -> None:
    assert sent_at(now) == 10
    assert sent_at(now + dt.timedelta(milliseconds=900)) == 10
    assert sent_at(now + dt.timedelta(seconds=1)) == 11
    assert sent_at(now + dt.timedelta(seconds=4)) == 14
    assert sent_at(now + MINUTE) == 24
    assert sent_at(now + 2 * MINUTE) == 25
    assert not Message.objects.exclude(state=MessageState.SENT).exists()
    assert Message.objects.filter(attempts=1).count() == 25, "waiting for a place is no attempt"


def test_without_a_rate_no_row_is_kept(queued: None, now: dt.datetime) -> None:
    assert sent_at(now) == 25
    assert not SenderPace.objects.exists()


def test_an_advisors_word_goes_out_at_once_and_takes_its_place(
    sixty: None, queued: None, make_lead: MakeLead, alice: Advisor, now: dt.datetime
) -> None:
    assert sent_at(now) == 10
    mine = messaging.write(make_lead(), body="Hi", by_advisor=alice, now=now)
    assert outbox.deliver_now([mine.pk], now=now) == {mine.pk}
    machines = Message.objects.filter(author=Author.SEQUENCE, state=MessageState.SENT)
    engine.tick(now + dt.timedelta(seconds=1))
    assert machines.count() == 10, "the advisor had that place"
    engine.tick(now + dt.timedelta(seconds=2))
    assert machines.count() == 11


def test_an_advisors_queued_word_does_not_wait_behind_machines(
    sixty: None, queued: None, make_lead: MakeLead, alice: Advisor, now: dt.datetime
) -> None:
    engine.tick(now)
    mine = messaging.write(make_lead(), body="Hi", by_advisor=alice, now=now)
    engine.tick(now)
    mine.refresh_from_db()
    assert mine.state == MessageState.SENT


def test_organizations_that_share_a_sender_share_its_rate_by_turns(
    settings: Any,
    queued: None,
    make_sequence: MakeSequence,
    make_lead: MakeLead,
    enroll: Enroll,
    other_organization: Organization,
    now: dt.datetime,
) -> None:
    settings.MESSAGES_PER_MINUTE = {"sms": 6}
    theirs = make_sequence(organization=other_organization)
    for _ in range(25):
        enroll(make_lead(organization=other_organization), theirs)
    for count in range(24):
        engine.tick(now + count * MINUTE / 6)
    out = Message.objects.filter(state=MessageState.SENT)
    assert out.count() == 24
    assert 0 < out.filter(organization=other_organization).count() < 24


@pytest.mark.django_db(transaction=True)
def test_workers_at_once_keep_it_together(
    settings: Any, make_sequence: MakeSequence, make_lead: MakeLead, enroll: Enroll
) -> None:
    settings.MESSAGES_PER_MINUTE = {"sms": 30}
    sequence, now = make_sequence(), timezone.now()
    for _ in range(30):
        enroll(make_lead(), sequence)
    at_once(lambda _: engine.tick(now), threads=4)
    assert Message.objects.filter(state=MessageState.SENT).count() == 5


def test_the_clock_of_a_tick_goes_on_while_it_waits_for_places(
    settings: Any, make_sequence: MakeSequence, make_lead: MakeLead, enroll: Enroll, now: dt.datetime
) -> None:
    settings.MESSAGES_PER_MINUTE = {"sms": 600}
    sequence = make_sequence()
    for _ in range(105):
        enroll(make_lead(), sequence)
    report = engine.tick(seconds=10)
    assert (report.sent, report.is_unfinished) == (105, False)


RATE = Rate("me", 60)
START = dt.datetime(2026, 11, 21, tzinfo=dt.UTC)


@given(st.lists(st.tuples(st.floats(0, 20), st.integers(1, 30)), max_size=30))
def test_no_minute_sees_more_than_the_rate_and_one_burst(asks: list[tuple[float, int]]) -> None:
    now, next_at = START, START
    went: list[dt.datetime] = []
    for pause, wanted in asks:
        now += dt.timedelta(seconds=pause)
        granted = min(wanted, RATE.places(next_at, now))
        next_at = max(next_at, now) + granted * RATE.interval
        went += [now] * granted
    for begin in went:
        assert sum(begin <= moment < begin + MINUTE for moment in went) <= 60 + 10


def test_a_route_without_a_rate_is_never_full(db: None, now: dt.datetime) -> None:
    assert pacing.full([Route("sms", sender="site sms")], now) == set()
