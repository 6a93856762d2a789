"""
Rows that nothing will ever move, and rows that should have moved long ago: what the engine promises, looked at as data.

Each check is one sentence that must be false of every row. Organisations that are switched off, or whose
messages are stopped, wait on purpose.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from leads.models import Direction, Message, MessageState, TaskState
from leads.models.message import RECALLABLE
from leads.outbox import LEASE
from leads.reaping import PATIENCE
from sequences import timing
from sequences.models import Enrollment, EnrollmentStatus, Step, StepRun

#: A minute's tick, and as much again for a busy machine.
LATE = dt.timedelta(minutes=15)
_MOST = 1000

#: What is wrong, and the rows of which it is true.
type Check = tuple[str, QuerySet[Any]]


@dataclass(frozen=True, slots=True)
class Stuck:
    """One row, and what is wrong with it."""

    kind: str
    pk: int
    words: str

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}: {self.words}"


def stuck(now: dt.datetime, late: dt.timedelta = LATE) -> list[Stuck]:
    """Those of each check, up to a thousand; late is how long after its time something may still wait for its turn."""
    return [
        Stuck(str(rows.model._meta.verbose_name), pk, words)
        for words, rows in _checks(now, late)
        for pk in rows.order_by("pk").values_list("pk", flat=True)[:_MOST]
    ]


def _checks(now: dt.datetime, late: dt.timedelta) -> Iterator[Check]:
    yield from _of_messages(now, late)
    yield from _of_enrollments(now, late)
    yield from _of_runs()


def _of_messages(now: dt.datetime, late: dt.timedelta) -> Iterator[Check]:
    out = Message.objects.filter(direction=Direction.OUTBOUND, organization__is_active=True)
    out = out.filter(organization__sending_stopped_at__isnull=True)
    yield (
        "waits to be written, and no step of a sequence says what",
        out.filter(state=MessageState.DRAFTING, step_run=None),
    )
    yield (
        "has been due for too long",
        out.filter(
            Q(leased_until=None) | Q(leased_until__lt=now - late),
            state__in=[MessageState.DRAFTING, MessageState.QUEUED],
            not_before__lt=now - late,
        ),
    )
    yield (
        "is in the hands of somebody whose lease ran out",
        out.filter(state=MessageState.SENDING, leased_until__lt=now - late),
    )
    yield (
        "holds a lease that outlasts every lease",
        out.filter(state__in=[MessageState.SENDING, MessageState.DRAFTING], leased_until__gt=now + LEASE + late),
    )
    yield (
        "nobody has found out whether it went out",
        out.filter(
            Q(doubtful_since__lt=now - PATIENCE - late) | Q(doubtful_since=None, not_before__lt=now - PATIENCE - late),
            state=MessageState.UNKNOWN,
        ),
    )
    yield "was sent at no time", out.filter(state__in=[MessageState.SENT, MessageState.DELIVERED], sent_at=None)
    yield (
        "still waits, though its follow-up was cancelled",
        out.filter(state__in=RECALLABLE, step_run__enrollment__status=EnrollmentStatus.CANCELLED),
    )


def _of_enrollments(now: dt.datetime, late: dt.timedelta) -> Iterator[Check]:
    active = Enrollment.objects.filter(status=EnrollmentStatus.ACTIVE, organization__is_active=True)
    yield "has been due for too long", active.filter(next_step_at__lt=now - late)
    own = StepRun.objects.filter(enrollment=OuterRef("pk"), generation=OuterRef("generation"))
    yield (
        "its next step was planned already, so that it can never be planned",
        active.filter(Exists(own.filter(order=OuterRef("next_order")))),
    )
    step = Step.objects.filter(version=OuterRef("version"), order=OuterRef("next_order"))
    yield "its version has no such step", active.filter(~Exists(step), next_step_at__lt=now - late)
    closed = own.filter(order=OuterRef("next_order") - 1, task__closed_at__lt=now - timing.UNTIL_DONE - late)
    yield "waits for a task that was closed long ago", active.filter(Exists(closed), held_by__startswith="Waits until")
    yield (
        "has ended, and still has a next step",
        Enrollment.objects.filter(status=EnrollmentStatus.COMPLETED, next_step_at__isnull=False),
    )


def _of_runs() -> Iterator[Check]:
    nothing = StepRun.objects.filter(message=None, task=None, skipped_because="")
    yield "was planned and left nothing behind", nothing.filter(enrollment__organization__is_active=True)
    yield (
        "its task is open, though its follow-up was cancelled",
        StepRun.objects.filter(task__state=TaskState.OPEN, enrollment__status=EnrollmentStatus.CANCELLED),
    )
    said = StepRun.objects.filter(message__sent_at__isnull=False)
    again = said.filter(
        enrollment=OuterRef("enrollment"), order=OuterRef("order"), generation__gt=OuterRef("generation")
    )
    yield "was said, and said again in a later generation", said.filter(Exists(again))
