"""
The engine: plan, draft, claim, send, reap.

Every pass reads what is due from the rows, so a pass may be lost, doubled, or killed in the middle. See
docs/reliability.md.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from functools import partial

from django.db.models import QuerySet
from django.utils import timezone

from crm import heartbeat
from crm.models import Organization
from leads import claiming, outbox, reaping
from leads.models import Message, MessageState
from sequences import progress
from sequences.drafting import draft
from sequences.models import Enrollment, StepRun
from sequences.parts import Parts
from sequences.planning import due, plan
from sequences.report import TickReport

PLAN_LIMIT, DRAFT_LIMIT, SEND_LIMIT = 500, 50, 200
#: Rounds that only settled what may not go out now, or met another worker's locks, before the pass ends.
_FRUITLESS_ROUNDS = 5
_BREATH = 0.05

type Clock = Callable[[], dt.datetime]


def tick(now: dt.datetime | None = None, *, seconds: float = 20.0) -> TickReport:
    """
    Do everything that is due, for a bounded time; safe to run anywhere, at any time, many at once.

    With a now of its own it works as if it were that moment; without, the clock goes on while it works.
    """
    clock: Clock = timezone.now if now is None else lambda: now
    report, parts = TickReport(), Parts()
    deadline = time.monotonic() + seconds
    heartbeat.beat()
    reaped = parts.run("reaping", lambda: reaping.reap(clock()), reaping.Reaped())
    report.reaped = reaped.found_sent + reaped.queued_again + reaped.for_review
    fruitless = 0
    while fruitless < _FRUITLESS_ROUNDS:
        heartbeat.beat()
        got_on = parts.run("planning", lambda: plan(clock(), PLAN_LIMIT, report), 0)
        drafted = parts.run("drafting", lambda: draft(clock(), DRAFT_LIMIT), 0)
        report.drafted += drafted
        tried, is_more_due = _send(clock, report, parts)
        if not (got_on or drafted or tried):
            if not is_more_due:
                break
            fruitless += 1
            time.sleep(_BREATH)
        if time.monotonic() > deadline:
            report.is_unfinished = True
            break
    parts.raise_first()
    return report


def _send(clock: Clock, report: TickReport, parts: Parts) -> tuple[int, bool]:
    """A share of what each organisation has to say; how many were tried, and whether any organisation had something."""
    nobody: list[Organization] = []
    organizations = parts.run("looking for messages", lambda: outbox.due_organizations(clock()), nobody)
    share = max(1, SEND_LIMIT // max(1, len(organizations)))
    tried = 0
    for organization in organizations:
        work = partial(_send_share, clock, Message.objects.filter(organization=organization), share, report)
        tried += parts.run(f"sending for {organization.public_id}", work, 0)
        heartbeat.beat()
    return tried, bool(organizations)


def _send_share(clock: Clock, messages: QuerySet[Message], share: int, report: TickReport) -> int:
    tried = 0
    for claimed in claiming.claims(clock(), messages, share):
        accepted = outbox.deliver(claimed)
        tried += len(claimed.messages)
        report.sent += len(accepted)
        report.not_sent += len(claimed.messages) - len(accepted)
    return tried


def run_enrollment_now(enrollment: Enrollment, seconds: float = 5.0) -> bool:
    """
    Bring this enrollment's due step out at once, for somebody who waits for the answer.

    True exactly when the channel has accepted its message. A worker may be faster: then its outcome is awaited. What
    is not done when the time is up, the engine does.
    """
    deadline = time.monotonic() + seconds
    while True:
        is_due = due(timezone.now()).filter(pk=enrollment.pk).exists()
        message = _newest_message(enrollment)
        if message is None and is_due:
            plan(timezone.now(), 1, TickReport(), enrollments=[enrollment.pk])
            message = _newest_message(enrollment)
        if message is not None:
            _bring_out(message)
        if not (_is_on_its_way(message) if message else is_due) or time.monotonic() > deadline:
            break
        time.sleep(_BREATH)  # it is in somebody else's hands at this moment
    enrollment.refresh_from_db()
    return message is not None and message.state in (MessageState.SENT, MessageState.DELIVERED)


def _bring_out(message: Message) -> None:
    mine = Message.objects.filter(pk=message.pk)
    if message.state == MessageState.DRAFTING:
        draft(timezone.now(), 1, mine)
    outbox.deliver(outbox.claim(timezone.now(), mine, limit=1))
    message.refresh_from_db()


def _is_on_its_way(message: Message) -> bool:
    waits = message.state in (MessageState.DRAFTING, MessageState.QUEUED) and message.not_before <= timezone.now()
    return waits or message.state == MessageState.SENDING


def _newest_message(enrollment: Enrollment) -> Message | None:
    run = (
        StepRun.objects.filter(enrollment=enrollment, generation=enrollment.generation)
        .select_related("message")
        .order_by("-order")
        .first()
    )
    return run.message if run else None


def oldest_due(now: dt.datetime) -> dt.datetime | None:
    """When the work that waits longest became due; None when nothing waits."""
    return min((waiting.since for waiting in progress.oldest_due(now).values()), default=None)
