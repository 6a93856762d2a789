"""Let a follow-up rest for a while, and let it go on."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from crm import events
from crm.bulk import write_columns
from crm.models import Actor
from crm.tasks import nudge
from sequences.enrolling import fact
from sequences.models import Enrollment, EnrollmentStatus
from sequences.unsaying import step_back, unsay


@transaction.atomic
def pause(enrollment: Enrollment, *, reason: str = "", by: Actor, now: dt.datetime) -> bool:
    """
    Say nothing until somebody resumes it; what was written and has not gone out is called back. Whether it was active.

    A STOP, a conversion or a stop by hand end it while it rests, as they would at any time.
    """
    row = _locked(enrollment, EnrollmentStatus.ACTIVE)
    if row is None:
        return False
    words = f"Paused by {by.label}: {reason.strip()}" if reason.strip() else f"Paused by {by.label}"
    unsay(Enrollment.objects.filter(pk=row.pk), words)
    if step_back([row]):
        row.next_step_at = now
    row.status, row.held_by = EnrollmentStatus.PAUSED, words[:255]
    write_columns([row], ["status", "held_by", "generation", "next_order", "next_step_at"])
    events.record_all([fact("sequence.paused", row, row.sequence, by, now, reason=reason.strip()[:255])])
    return True


@transaction.atomic
def resume(enrollment: Enrollment, *, by: Actor, now: dt.datetime) -> bool:
    """
    Go on where it was paused, no earlier than planned; whether it was paused.

    What the borrower wrote meanwhile counts as a reply. A step that was called back is due at once.
    """
    row = _locked(enrollment, EnrollmentStatus.PAUSED)
    if row is None:
        return False
    row.status, row.held_by = EnrollmentStatus.ACTIVE, ""
    row.next_step_at = max(now, row.next_step_at or now)
    write_columns([row], ["status", "held_by", "next_step_at"])
    events.record_all([fact("sequence.resumed", row, row.sequence, by, now)])
    if row.next_step_at <= now:
        nudge()
    return True


def _locked(enrollment: Enrollment, status: EnrollmentStatus) -> Enrollment | None:
    rows = Enrollment.objects.filter(pk=enrollment.pk, status=status)
    return rows.select_for_update(of=("self",)).select_related("sequence").first()
