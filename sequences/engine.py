"""
The engine: plan, draft, claim, send, reap.

Every pass reads what is due from the rows, so a pass may be lost, doubled, or killed in the middle. See
docs/reliability.md.
"""

from __future__ import annotations

import datetime as dt
import functools
import random
import time
from collections.abc import Callable
from enum import Enum, auto

from django.db.models import Q, QuerySet
from django.utils import timezone

from crm import heartbeat, reach
from crm.memory import settle
from crm.models import Organization
from leads import ai_budget, claiming, outbox, pacing, reaping, routing
from leads.models import Channel, Message, MessageState
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
#: While all that is left waits for its sender's next place.
_PACE = 0.25

type Clock = Callable[[], dt.datetime]


@reach.everybody()  # whose turn it is; what is sent is sent for one organisation at a time
def tick(
    now: dt.datetime | None = None, *, seconds: float = 20.0, summon: Callable[[], object] | None = None
) -> TickReport:
    """
    Do everything that is due, for a bounded time; safe to run anywhere, at any time, many at once.

    With a now of its own it works as if it were that moment; without, the clock goes on while it works.
    summon: called once, before the first messages are carried, when there may be more than this pass can hold: whoever
    is idle should help. It must not raise.
    """
    settle()
    clock: Clock = timezone.now if now is None else lambda: now
    report, parts = TickReport(), Parts()
    summon = functools.cache(summon or bool)
    deadline = time.monotonic() + seconds
    heartbeat.beat()
    reaped = parts.run("reaping", lambda: reaping.reap(clock()), reaping.Reaped())
    report.reaped = reaped.found_sent + reaped.queued_again + reaped.for_review
    fruitless = tried = 0
    while fruitless < _FRUITLESS_ROUNDS:
        heartbeat.beat()
        # What is planned is said before more is planned: a message that lies in the queue for long is an old decision.
        got_on = 0
        if tried < SEND_LIMIT:
            got_on = parts.run("planning", lambda: plan(clock(), PLAN_LIMIT, report), 0)
        drafted = parts.run("drafting", lambda: draft(clock(), DRAFT_LIMIT), 0)
        report.drafted += drafted
        tried, left = _send(clock, report, parts, summon)
        if not (got_on or drafted or tried):
            if left is _Left.NOTHING:
                break
            fruitless += now is not None or left is not _Left.PACED
            time.sleep(_BREATH if left is _Left.DUE else _PACE)
        if time.monotonic() > deadline:
            report.is_unfinished = True
            break
    parts.raise_first()
    return report


class _Left(Enum):
    """What stays in the queue after a round: nothing that is due, something, or only what its sender's rate holds."""

    NOTHING = auto()
    DUE = auto()
    PACED = auto()


def _send(clock: Clock, report: TickReport, parts: Parts, summon: Callable[[], object]) -> tuple[int, _Left]:
    """A share of what each organisation has to say; how many were tried, and what is left."""
    nobody: list[Organization] = []
    organizations = parts.run("looking for messages", lambda: outbox.due_organizations(clock()), nobody)
    if not organizations:
        return 0, _Left.NOTHING
    free: dict[int, list[str]] = {each.pk: Channel.values for each in organizations}
    free = parts.run("looking for places", lambda: _free_channels(organizations, clock()), free)
    random.shuffle(organizations)  # two that share a sender with few places have the first word by turns
    share = max(1, SEND_LIMIT // len(organizations))
    tried, left = 0, _Left.PACED
    for organization in organizations:
        messages = Message.objects.filter(organization=organization)
        if len(free[organization.pk]) < len(Channel.values):
            messages = messages.filter(Q(channel__in=free[organization.pk]) | ~Q(author__in=outbox.AUTOMATED))
        work = reach.of(organization.pk)(functools.partial(_send_share, clock, messages, share, report, summon))
        count, paced = parts.run(f"sending for {organization.public_id}", work, (0, 0))
        tried += count
        left = left if paced or len(free[organization.pk]) < len(Channel.values) else _Left.DUE
        heartbeat.beat()
    return tried, left


def _free_channels(organizations: list[Organization], now: dt.datetime) -> dict[int, list[str]]:
    """The channels on which machines may speak now; on the others the sender has no place left for the moment."""
    routes = routing.routes_of([organization.pk for organization in organizations])
    ways = {(each.pk, channel): routes.at(each.pk, channel) for each in organizations for channel in Channel.values}
    full = pacing.full(ways.values(), now)
    return {
        each.pk: [channel for channel in Channel.values if ways[each.pk, channel].sender not in full]
        for each in organizations
    }


def _send_share(
    clock: Clock, messages: QuerySet[Message], share: int, report: TickReport, summon: Callable[[], object]
) -> tuple[int, int]:
    tried = paced = 0
    for claimed in claiming.claims(clock(), messages, share):
        if len(claimed.messages) >= share:
            summon()
        accepted = outbox.deliver(claimed)
        tried += len(claimed.messages)
        paced += claimed.paced
        report.sent += len(accepted)
        report.not_sent += len(claimed.messages) - len(accepted)
    return tried, paced


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
    now = timezone.now()
    # A model may take longer than anybody waits for an answer: what it writes is left to the workers.
    if message.state == MessageState.DRAFTING and not ai_budget.writer_for(message.organization, now).account:
        draft(now, 1, mine)
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
