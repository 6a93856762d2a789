"""What check_engine finds: each check sees the row it is there for, and nothing in a healthy world."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable

import pytest
from django.core.management import call_command

from crm.models import Organization
from leads.models import Message, MessageState
from sequences import engine, enrolling
from sequences.models import Enrollment, EnrollmentStatus, StepRun
from sequences.stuck import stuck
from tests.conftest import MakeLead
from tests.sequences.conftest import ME, Enroll, MakeSequence, ai_step, step

HOUR = dt.timedelta(hours=1)


@pytest.fixture
def enrolled(make_sequence: MakeSequence, make_lead: MakeLead, enroll: Enroll, now: dt.datetime) -> Enrollment:
    """One step said, one that comes in an hour, one after it."""
    sequence = make_sequence(step("0"), ai_step("1", delay_hours=1), step("2", delay_hours=1))
    enrollment = enroll(make_lead(), sequence)
    engine.tick(now)
    return enrollment


def test_a_healthy_world_has_nothing_stuck(enrolled: Enrollment, now: dt.datetime) -> None:
    assert stuck(now) == []
    engine.tick(now + 2 * HOUR)
    assert stuck(now + 2 * HOUR, late=dt.timedelta(0)) == []
    call_command("check_engine")


def _message(**changes: object) -> Callable[[], object]:
    return lambda: Message.objects.update(**changes)


def _enrollment(**changes: object) -> Callable[[], object]:
    return lambda: Enrollment.objects.update(**changes)


LONG_AGO = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
FAR = dt.datetime(2090, 1, 1, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda: (Message.objects.update(state="drafting"), StepRun.objects.update(message=None)), "no step"),
        (_message(state=MessageState.QUEUED, not_before=LONG_AGO), "has been due for too long"),
        (
            _message(state=MessageState.SENDING, lease=uuid.uuid4(), leased_until=LONG_AGO),
            "in the hands of somebody whose lease ran out",
        ),
        (
            _message(state=MessageState.SENDING, lease=uuid.uuid4(), leased_until=FAR),
            "a lease that outlasts every lease",
        ),
        (_message(state=MessageState.UNKNOWN, doubtful_since=LONG_AGO), "nobody has found out"),
        (_message(sent_at=None), "was sent at no time"),
        (
            lambda: (Message.objects.update(state="queued"), Enrollment.objects.update(status="cancelled")),
            "though its follow-up was cancelled",
        ),
        (_enrollment(next_step_at=LONG_AGO), "has been due for too long"),
        (_enrollment(next_order=0), "was planned already"),
        (_enrollment(next_order=9, next_step_at=LONG_AGO), "no such step"),
        (_enrollment(status=EnrollmentStatus.COMPLETED), "still has a next step"),
        (lambda: StepRun.objects.update(message=None), "left nothing behind"),
    ],
)
def test_it_sees(enrolled: Enrollment, spoil: Callable[[], object], words: str, now: dt.datetime) -> None:
    spoil()
    found = stuck(now)
    assert any(words in str(row) for row in found), found
    with pytest.raises(SystemExit):
        call_command("check_engine")


def test_a_step_that_was_said_twice(enrolled: Enrollment, now: dt.datetime) -> None:
    engine.tick(now + 24 * HOUR)
    first, second = StepRun.objects.order_by("pk")
    StepRun.objects.filter(pk=second.pk).update(order=first.order, generation=2)
    assert "said again in a later generation" in str(stuck(now)[0])


def test_a_cancelled_follow_up_leaves_nothing(enrolled: Enrollment, now: dt.datetime) -> None:
    enrolling.cancel([enrolled], reason="enough", by=ME, now=now)
    assert stuck(now + 24 * HOUR, late=dt.timedelta(0)) == []


def test_who_is_switched_off_waits_on_purpose(
    enrolled: Enrollment, organization: Organization, now: dt.datetime
) -> None:
    Organization.objects.filter(pk=organization.pk).update(is_active=False)
    assert stuck(now + 24 * HOUR) == []
