"""What became of each step of a version: for the editor and reports."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, Now

from crm.models import Organization
from leads.models import Direction, Message, MessageState, TaskState
from leads.models.message import PENDING
from leads.outbox import STEP_SKIPPED
from sequences.models import Sequence, SequenceVersion, Step, StepRun

_SENT = (MessageState.SENT, MessageState.DELIVERED)
_FAILED = (MessageState.FAILED, MessageState.DEAD, MessageState.NEEDS_REVIEW)
_COUNTS = ("planned", "waiting", "sent", "delivered", "replied", "failed", "skipped", "called_back", "done")


@dataclass(frozen=True, slots=True)
class StepResult:
    """
    Counts of one step. planned is the sum of waiting, sent, failed, skipped, called_back and done; delivered and
    replied are among the sent ones. replied: the borrower wrote after this step and before the next one went out. A
    task is waiting, done or called_back.
    """

    step: Step
    planned: int = 0
    waiting: int = 0
    sent: int = 0
    delivered: int = 0
    replied: int = 0
    failed: int = 0
    skipped: int = 0
    called_back: int = 0
    done: int = 0


def results_of(version: SequenceVersion, *, since: dt.datetime | None = None) -> list[StepResult]:
    """A line for each step, in order, of what was planned since then. Two statements, however many were enrolled."""
    runs = StepRun.objects.filter(enrollment__version=version)
    if since is not None:
        runs = runs.filter(planned_at__gte=since)
    skipped = ~Q(skipped_because="") | Q(message__state_reason__startswith=STEP_SKIPPED)
    counted = (
        _with_replies(runs)
        .values("order")
        .annotate(
            planned=Count("pk"),
            waiting=Count("pk", filter=Q(message__state__in=PENDING) | Q(task__state=TaskState.OPEN)),
            sent=Count("pk", filter=Q(message__state__in=_SENT)),
            delivered=Count("pk", filter=Q(message__state=MessageState.DELIVERED)),
            replied=Count("pk", filter=Q(message__state__in=_SENT, has_reply=True)),
            failed=Count("pk", filter=Q(message__state__in=_FAILED)),
            skipped=Count("pk", filter=skipped),
            called_back=Count(
                "pk", filter=(Q(message__state=MessageState.CANCELLED) & ~skipped) | Q(task__state=TaskState.CANCELLED)
            ),
            done=Count("pk", filter=Q(task__state=TaskState.DONE)),
        )
        .values_list("order", *_COUNTS)
    )
    by_order = {order: dict(zip(_COUNTS, counts, strict=True)) for order, *counts in counted}
    return [StepResult(step, **by_order.get(step.order, {})) for step in version.steps.order_by("order")]


@dataclass(frozen=True, slots=True)
class SequenceResult:
    """What one sequence did in a time: messages sent, answered, failed; steps that its rules or people left out."""

    sequence: Sequence
    enrolled: int = 0
    sent: int = 0
    replied: int = 0
    failed: int = 0
    skipped: int = 0

    @property
    def reply_rate(self) -> float | None:
        return self.replied / self.sent if self.sent else None


def results_by_sequence(organization: Organization, *, since: dt.datetime) -> list[SequenceResult]:
    """Of what was planned since then, the busiest first; three statements."""
    runs = StepRun.objects.filter(enrollment__sequence__organization=organization, planned_at__gte=since)
    skipped = ~Q(skipped_because="") | Q(message__state_reason__startswith=STEP_SKIPPED)
    counted = (
        _with_replies(runs)
        .values("enrollment__sequence")
        .annotate(
            enrolled=Count("enrollment", distinct=True),
            sent=Count("pk", filter=Q(message__state__in=_SENT)),
            replied=Count("pk", filter=Q(message__state__in=_SENT, has_reply=True)),
            failed=Count("pk", filter=Q(message__state__in=_FAILED)),
            skipped=Count("pk", filter=skipped),
        )
        .values_list("enrollment__sequence", "enrolled", "sent", "replied", "failed", "skipped")
    )
    counts = {sequence: numbers for sequence, *numbers in counted}
    sequences = Sequence.objects.filter(pk__in=counts).order_by("name", "pk")
    return sorted((SequenceResult(each, *counts[each.pk]) for each in sequences), key=lambda one: -one.sent)


def _with_replies(runs: QuerySet[StepRun]) -> QuerySet[StepRun]:
    next_sent_at = (
        StepRun.objects.filter(
            enrollment=OuterRef("enrollment"), order__gt=OuterRef("order"), message__sent_at__isnull=False
        )
        .order_by("order", "generation")
        .values("message__sent_at")[:1]
    )
    replies = Message.objects.filter(
        organization=OuterRef("organization"),
        conversation=OuterRef("message__conversation"),
        direction=Direction.INBOUND,
        created_at__gt=OuterRef("message__sent_at"),
        created_at__lt=Coalesce(OuterRef("next_sent_at"), Now()),
    )
    return runs.annotate(next_sent_at=Subquery(next_sent_at)).annotate(has_reply=Exists(replies))
