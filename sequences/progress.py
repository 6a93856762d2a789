"""What waits longest, of each kind: for those who watch over the workers."""

from __future__ import annotations

import datetime as dt

from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from crm.progress import Waiting
from leads.models import Message, MessageState
from sequences.models import Enrollment, EnrollmentStatus


def oldest_due(now: dt.datetime) -> dict[str, Waiting]:
    """
    The row of each kind whose turn came first and that nobody has touched yet. Three statements, each on an index.

    What is held, set aside, paused, or in a worker's hands is not due.
    """
    steps = Enrollment.objects.filter(status=EnrollmentStatus.ACTIVE, next_step_at__lte=now)
    messages = Message.objects.filter(not_before__lte=now)
    found = {
        "step": _first(steps, "next_step_at"),
        "text to write": _first(
            messages.filter(Q(leased_until=None) | Q(leased_until__lt=Now()), state=MessageState.DRAFTING), "not_before"
        ),
        "message": _first(messages.filter(state=MessageState.QUEUED), "not_before"),
    }
    return {kind: waiting for kind, waiting in found.items() if waiting}


def _first(rows: QuerySet[Enrollment] | QuerySet[Message], since: str) -> Waiting | None:
    at_work = rows.filter(organization__is_active=True, organization__sending_stopped_at__isnull=True)
    row = at_work.order_by(since, "pk").values_list(since, "pk").first()
    return Waiting(*row) if row else None
