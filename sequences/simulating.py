"""Run one follow-up ahead of the clock, where messages are only written down: see today what Friday would bring."""

from __future__ import annotations

import datetime as dt

from leads import outbox
from leads.models import Message, MessageState
from sequences.drafting import draft
from sequences.models import Enrollment, EnrollmentStatus
from sequences.planning import plan
from sequences.report import TickReport

#: A step that is put off again and again waits for a person.
_MOST_DEFERRALS = 8
_UNSENT = (MessageState.DRAFTING, MessageState.QUEUED)


def run_ahead(enrollment: Enrollment) -> dt.datetime | None:
    """
    The next step, done as if its time had come; that time. None when it does not come by waiting alone.

    The engine's own functions do it, with a later now; so quiet hours, caps and replies count as they would then. Only
    for organisations whose channels are simulated: messages bear the time to which the clock was put forward.
    """
    enrollment.refresh_from_db()
    for _attempt in range(_MOST_DEFERRALS):
        at, stood = enrollment.next_step_at, _standing(enrollment)
        if at is None or enrollment.status != EnrollmentStatus.ACTIVE:
            return None
        _bring_out(enrollment, at)
        plan(at, 1, TickReport(), enrollments=[enrollment.pk])
        _bring_out(enrollment, at)
        enrollment.refresh_from_db()
        if _standing(enrollment) != stood:
            return at
    return None


def _standing(enrollment: Enrollment) -> tuple[int | None, str]:
    return enrollment.next_order, enrollment.status


def _bring_out(enrollment: Enrollment, at: dt.datetime) -> None:
    unsent = Message.objects.filter(step_run__enrollment=enrollment, state__in=_UNSENT)
    draft(at, 1, unsent)
    outbox.deliver(outbox.claim(at, unsent, limit=1))
