"""What became of each step of a version: for the editor and reports."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, Now

from leads.models import Direction, Message, MessageState
from leads.models.message import PENDING
from leads.outbox import STEP_SKIPPED
from sequences.models import SequenceVersion, Step, StepRun

_SENT = (MessageState.SENT, MessageState.DELIVERED)
_FAILED = (MessageState.FAILED, MessageState.DEAD, MessageState.NEEDS_REVIEW)
_COUNTS = ("planned", "waiting", "sent", "delivered", "replied", "failed", "skipped", "called_back")


@dataclass(frozen=True, slots=True)
class StepResult:
    """
    Counts of one step. planned is the sum of waiting, sent, failed, skipped and called_back; delivered and replied are
    among the sent ones. replied: the borrower wrote after this step and before the next one went out.
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


def results_of(version: SequenceVersion) -> list[StepResult]:
    """A line for each step, in order. Two statements, however many were enrolled."""
    skipped = ~Q(skipped_because="") | Q(message__state_reason__startswith=STEP_SKIPPED)
    counted = (
        _with_replies(StepRun.objects.filter(enrollment__version=version))
        .values("order")
        .annotate(
            planned=Count("pk"),
            waiting=Count("pk", filter=Q(message__state__in=PENDING)),
            sent=Count("pk", filter=Q(message__state__in=_SENT)),
            delivered=Count("pk", filter=Q(message__state=MessageState.DELIVERED)),
            replied=Count("pk", filter=Q(message__state__in=_SENT, has_reply=True)),
            failed=Count("pk", filter=Q(message__state__in=_FAILED)),
            skipped=Count("pk", filter=skipped),
            called_back=Count("pk", filter=Q(message__state=MessageState.CANCELLED) & ~skipped),
        )
        .values_list("order", *_COUNTS)
    )
    by_order = {order: dict(zip(_COUNTS, counts, strict=True)) for order, *counts in counted}
    return [StepResult(step, **by_order.get(step.order, {})) for step in version.steps.order_by("order")]


def _with_replies(runs: QuerySet[StepRun]) -> QuerySet[StepRun]:
    next_sent_at = (
        StepRun.objects.filter(
            enrollment=OuterRef("enrollment"), order__gt=OuterRef("order"), message__sent_at__isnull=False
        )
        .order_by("order", "generation")
        .values("message__sent_at")[:1]
    )
    replies = Message.objects.filter(
        conversation=OuterRef("message__conversation"),
        direction=Direction.INBOUND,
        created_at__gt=OuterRef("message__sent_at"),
        created_at__lt=Coalesce(OuterRef("next_sent_at"), Now()),
    )
    return runs.annotate(next_sent_at=Subquery(next_sent_at)).annotate(has_reply=Exists(replies))
