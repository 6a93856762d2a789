"""Call back what a follow-up had written but not sent, and know afterwards which step that was."""

from __future__ import annotations

from itertools import batched

from django.db.models import F, QuerySet

from leads.models import Message, MessageState
from leads.models.message import RECALLABLE
from leads.outbox import STEP_SKIPPED
from sequences.models import Enrollment, EnrollmentStatus, StepRun

_SLICE = 500


def unsay(enrollments: QuerySet[Enrollment], reason: str) -> None:
    """Cancel the messages that wait to go out; one that is being sent at this moment can't be called back."""
    said = StepRun.objects.filter(enrollment__in=enrollments.order_by().values("pk"))
    waiting = Message.objects.filter(pk__in=said.values("message_id"), state__in=RECALLABLE)
    locked = list(waiting.select_for_update().order_by("pk").values_list("pk", flat=True))
    for some in batched(locked, _SLICE):
        Message.objects.filter(pk__in=some).update(
            state=MessageState.CANCELLED, state_reason=reason[:255], lease=None, leased_until=None
        )


def step_back(enrollments: list[Enrollment]) -> set[int]:
    """
    Those whose newest step was planned, then called back before it went out, stand before that step again; their ids.

    In memory. They go on in a new generation, in which the step can be planned once more.
    """
    unsaid = _last_step_was_not_said(enrollments)
    for enrollment in enrollments:
        if enrollment.pk in unsaid:
            enrollment.next_order = (enrollment.next_order or 1) - 1
        enrollment.generation += 1
    return unsaid


def back_from_the_end(enrollments: list[Enrollment]) -> list[Enrollment]:
    """
    Those that had come to their end with their last step called back before it went out: they stand before it again.

    In memory, as in step_back(). At most one of a lead, and none of a lead that the sequence follows up anew.
    """
    runs = StepRun.objects.filter(
        enrollment__in=[each.pk for each in enrollments],
        generation=F("enrollment__generation"),
        message__state=MessageState.CANCELLED,
    )
    order_of = dict(runs.order_by("order").values_list("enrollment_id", "order")) if enrollments else {}
    followed_anew = _followed_anew(enrollments)
    back = {each.lead_id: each for each in enrollments if each.pk in order_of and each.lead_id not in followed_anew}
    for enrollment in back.values():
        enrollment.next_order, enrollment.ended_at = order_of[enrollment.pk], None
        enrollment.generation += 1
    return list(back.values())


def _followed_anew(enrollments: list[Enrollment]) -> set[int]:
    sequences = {each.sequence_id for each in enrollments}
    live = Enrollment.objects.filter(sequence__in=sequences, lead__in={each.lead_id for each in enrollments})
    live = live.filter(status__in=(EnrollmentStatus.ACTIVE, EnrollmentStatus.PAUSED))
    return set(live.values_list("lead_id", flat=True)) if enrollments else set()


def _last_step_was_not_said(enrollments: list[Enrollment]) -> set[int]:
    runs = StepRun.objects.filter(
        enrollment__in=[each.pk for each in enrollments],
        generation=F("enrollment__generation"),
        order=F("enrollment__next_order") - 1,
        message__state=MessageState.CANCELLED,
    ).exclude(message__state_reason__startswith=STEP_SKIPPED)
    return set(runs.values_list("enrollment_id", flat=True)) if enrollments else set()
