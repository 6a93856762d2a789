"""Let those who are under way go on with the current version, from their next step."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from crm import events
from crm.models import Actor
from sequences.enrolling import LIVE, fact
from sequences.models import Enrollment, EnrollmentStatus, Sequence, Step


@transaction.atomic
def move_running(sequence: Sequence, *, by: Actor, now: dt.datetime) -> int:
    """
    The live enrollments of older versions take their next step from the current one; how many that were.

    The next step keeps its place and its time. What is planned already is said as it was written. Who has come
    further than the current version goes has come to the end. A fixed number of statements.
    """
    length = Step.objects.filter(version_id=sequence.current_id).count()
    live = Enrollment.objects.filter(sequence=sequence, status__in=LIVE).exclude(version_id=sequence.current_id)
    rows = list(live.select_for_update(of=("self",)).order_by("pk").only("pk", "next_order", "lead", "organization"))
    ended = [row for row in rows if (row.next_order or 0) >= length]
    going = Enrollment.objects.filter(sequence=sequence, status__in=LIVE)
    going.filter(next_order__lt=length).update(version_id=sequence.current_id)
    going.filter(next_order__gte=length).update(
        version_id=sequence.current_id,
        status=EnrollmentStatus.COMPLETED,
        next_order=None,
        next_step_at=None,
        held_by="",
        ended_at=now,
    )
    events.record_all(fact("sequence.completed", row, sequence, by, now) for row in ended)
    return len(rows)
