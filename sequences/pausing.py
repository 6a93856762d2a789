"""Let a follow-up rest for a while, and let it go on."""

from __future__ import annotations

import datetime as dt
from itertools import batched

from django.db import transaction
from django.db.models import QuerySet

from crm import events
from crm.bulk import write_columns
from crm.models import Actor
from crm.tasks import nudge
from leads.models import Message
from leads.models.message import RECALLABLE
from sequences.enrolling import fact
from sequences.models import Enrollment, EnrollmentStatus, Sequence
from sequences.unsaying import back_from_the_end, step_back, unsay

#: How held_by begins for those who rest because the whole sequence does.
_WITH_THE_SEQUENCE = "Paused with the sequence"
_SLICE = 1000


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


@transaction.atomic
def pause_running(sequence: Sequence, *, by: Actor, now: dt.datetime) -> int:
    """
    Everybody whom the sequence follows up rests, as in pause(); how many that were.

    So does who is at the end of it, with a last message that has not gone out: it is called back, and said later.
    """
    words = _with_the_sequence(by)
    active = Enrollment.objects.filter(sequence=sequence, status=EnrollmentStatus.ACTIVE)
    rows = list(active.select_for_update(of=("self",)).order_by("pk"))
    ended = list(_with_last_words(sequence).select_for_update(of=("self",)).order_by("pk"))
    unsay(active, words)
    unsay(Enrollment.objects.filter(pk__in=[each.pk for each in ended]), words)
    called_back = {pk for some in batched(rows, _SLICE) for pk in step_back(list(some))}
    resumed_at_end = back_from_the_end(ended)
    rows += resumed_at_end
    called_back |= {each.pk for each in resumed_at_end}
    for row in rows:
        if row.pk in called_back:
            row.next_step_at = now
        row.status, row.held_by = EnrollmentStatus.PAUSED, words
    write_columns(rows, ["status", "held_by", "generation", "next_order", "next_step_at", "ended_at"])
    events.record_all(fact("sequence.paused", row, sequence, by, now, reason=words) for row in rows)
    return len(rows)


@transaction.atomic
def resume_running(sequence: Sequence, *, by: Actor, now: dt.datetime) -> int:
    """Those who were paused with the sequence go on; who was paused for a reason of their own rests. How many."""
    rows = list(paused_with(sequence).select_for_update(of=("self",)).order_by("pk"))
    for row in rows:
        row.status, row.held_by = EnrollmentStatus.ACTIVE, ""
        row.next_step_at = max(now, row.next_step_at or now)
    write_columns(rows, ["status", "held_by", "next_step_at"])
    events.record_all(fact("sequence.resumed", row, sequence, by, now) for row in rows)
    if rows:
        nudge()
    return len(rows)


def _with_last_words(sequence: Sequence) -> QuerySet[Enrollment]:
    """Those whose steps are all planned, and whose last message waits to go out."""
    waiting = Message.objects.filter(
        organization=sequence.organization_id,
        state__in=RECALLABLE,
        step_run__enrollment__sequence=sequence,
        step_run__enrollment__status=EnrollmentStatus.COMPLETED,
    )
    return Enrollment.objects.filter(pk__in=waiting.values_list("step_run__enrollment", flat=True))


def paused_with(sequence: Sequence) -> QuerySet[Enrollment]:
    """Those who rest because the whole sequence does."""
    return Enrollment.objects.filter(
        sequence=sequence, status=EnrollmentStatus.PAUSED, held_by__startswith=_WITH_THE_SEQUENCE
    )


def _with_the_sequence(by: Actor) -> str:
    return f"{_WITH_THE_SEQUENCE} by {by.label}"[:255]


def _locked(enrollment: Enrollment, status: EnrollmentStatus) -> Enrollment | None:
    rows = Enrollment.objects.filter(pk=enrollment.pk, status=status)
    return rows.select_for_update(of=("self",)).select_related("sequence").first()
