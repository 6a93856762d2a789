"""What became of each step."""

from __future__ import annotations

import datetime as dt

import pytest
from pytest_django import DjangoAssertNumQueries

from leads.models import Message, MessageState
from sequences import engine, enrolling
from sequences.results import results_of
from tests.conftest import MakeLead
from tests.sequences.conftest import ME, Enroll, MakeSequence, reply, step

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)


def test_it_works(
    make_sequence: MakeSequence,
    make_lead: MakeLead,
    enroll: Enroll,
    now: dt.datetime,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    sequence = make_sequence(step("one"), step("two", delay_hours=24, skip_if_replied=True))
    leads = [make_lead() for _ in range(4)]
    then = now - 40 * HOUR
    for lead in leads:
        enroll(lead, sequence, at=then)
    engine.tick(then)
    Message.objects.update(sent_at=then)  # what is sent gets the real time
    Message.objects.filter(lead=leads[0]).update(state=MessageState.DELIVERED)
    Message.objects.filter(lead=leads[1]).update(state=MessageState.FAILED, sent_at=None)
    reply(leads[2], "Yes please", then + HOUR)
    engine.tick(then + 30 * HOUR)
    assert sequence.current
    with django_assert_num_queries(2):
        first, second = results_of(sequence.current)
    assert (first.planned, first.sent, first.delivered, first.replied, first.failed) == (4, 3, 1, 1, 1)
    assert (first.waiting, first.skipped, first.called_back) == (0, 0, 0)
    assert (second.planned, second.sent, second.replied, second.skipped) == (4, 3, 0, 1)


def test_what_was_called_back_and_what_waits_is_told(
    make_sequence: MakeSequence, make_lead: MakeLead, enroll: Enroll, now: dt.datetime
) -> None:
    sequence = make_sequence()
    stopped, waiting = enroll(make_lead(), sequence), enroll(make_lead(), sequence)
    engine.plan(now, 10, engine.TickReport())
    enrolling.cancel([stopped], reason="enough", by=ME, now=now)
    assert sequence.current
    [only] = results_of(sequence.current)
    assert (only.planned, only.called_back, only.waiting) == (2, 1, 1)
    assert waiting.runs.count() == 1


def test_a_version_that_nobody_was_in_has_its_steps(make_sequence: MakeSequence) -> None:
    current = make_sequence(step("one"), step("two")).current
    assert current
    assert [(each.step.order, each.planned) for each in results_of(current)] == [(0, 0), (1, 0)]
