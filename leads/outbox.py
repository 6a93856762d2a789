"""
The outbox: who may send which message, once.

claim() hands out queued messages under a lease, deliver() carries them, leads/reaping.py finds out what became of
those whose carrier died. A message that may have gone out is never simply queued again.
"""

from __future__ import annotations

import datetime as dt
import logging
import random
import time
import uuid
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from crm import failpoints, tasks
from crm.bulk import write_columns
from crm.channels.base import Refused, Uncertain, channel_named
from crm.models import Organization
from crm.statements import attach, fetched
from leads import contactability, ledger, outcomes, pacing, routing, sending, suppression
from leads.glance import UNSEEN
from leads.models import Author, ContactDecision, Message, MessageState
from leads.models.message import AUTOMATED

log = logging.getLogger(__name__)

LEASE = dt.timedelta(seconds=settings.MESSAGE_LEASE_SECONDS)
#: The carrier stops this long before its lease ends, so that it never sends what others may have taken over.
MARGIN = LEASE / 4
MAX_ATTEMPTS = 5
#: A message that so many carriers died of is not tried again; see leads/claiming.py for the last ones of them.
MAX_CRASHES = 8
#: Outcomes are written together when this many wait, or after this long.
BATCH, BATCH_SECONDS = 200, 1.0
#: So old may be what a carrier knows of STOPs: one that comes while a batch is in hand reaches what has not begun.
FRESH_SECONDS = 0.1
#: How the words begin that say why a step was not needed.
STEP_SKIPPED = "Skipped:"
#: The answer to STOP goes to somebody who has just opted out; it is the one message that may.
KEYWORD_REPLY = "keyword_reply"


def _clock() -> float:
    """Seconds that go on while the process or the machine is asleep."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


@dataclass(slots=True)
class Claimed:
    """Messages that this process, and nobody else, may send before the deadline."""

    token: uuid.UUID
    messages: list[Message] = field(default_factory=list)
    deadline: float = 0.0
    routes: routing.Routes = field(default_factory=lambda: routing.Routes({}))
    #: So many wait only because their sender may not go faster.
    paced: int = 0


def due_organizations(now: dt.datetime) -> list[Organization]:
    """The organisations with something to send; each gets its turn, so that a big import starves nobody."""
    due = Message.objects.filter(organization=OuterRef("pk"), state=MessageState.QUEUED, not_before__lte=now)
    may_send = Organization.objects.filter(is_active=True, sending_stopped_at=None)
    return list(may_send.filter(Exists(due)).order_by("pk"))


def claim(now: dt.datetime, messages: QuerySet[Message], limit: int = 200) -> Claimed:
    """
    Take up to limit of the given messages that are due: one short transaction.

    Each passes the gate once more here; those that must not go out are cancelled or put off, and why is written down.
    """
    claimed = Claimed(token=uuid.uuid4(), deadline=_clock() + (LEASE - MARGIN).total_seconds())
    with transaction.atomic():
        due = fetched(
            messages.filter(
                state=MessageState.QUEUED, not_before__lte=now, organization__sending_stopped_at__isnull=True
            )
            .select_for_update(
                # With their conversations, so that no two claims at once speak to the same person.
                skip_locked=connection.features.has_select_for_update_skip_locked,
                of=("self", "conversation"),
                no_key=True,
            )
            .select_related("conversation", "lead")
            .defer(*UNSEEN)
            .order_by("not_before", "pk")[:limit]
        )
        attach(due, "organization")
        attach([message.lead for message in due if message.lead], "stage", "organization")
        cleared = _clear(due, now)
        claimed.routes = routing.routes_for(cleared)
        in_pace = pacing.within_rate(cleared, claimed.routes, now)
        claimed.paced, cleared = len(cleared) - len(in_pace), in_pace
        # They are locked, so they are queued still; to ask for that would have them looked for among all that is.
        Message.objects.filter(pk__among=[message.pk for message in cleared]).update(
            state=MessageState.SENDING, attempts=F("attempts") + 1, lease=claimed.token, leased_until=Now() + LEASE
        )
    for message in cleared:
        message.state, message.lease, message.attempts = MessageState.SENDING, claimed.token, message.attempts + 1
    claimed.messages = cleared
    failpoints.reach(failpoints.AFTER_CLAIM)
    return claimed


def _clear(due: Sequence[Message], now: dt.datetime) -> list[Message]:
    """
    Those that may go out now; the others are settled here.

    Of two automated messages to the same person the second stays in the queue: the gate must first count the first.
    """
    verdicts = _verdicts(due, now)
    cleared: list[Message] = []
    settled: list[Message] = []
    decisions: list[ContactDecision] = []
    spoken_to: set[int] = set()
    for message in due:
        verdict = verdicts.get(message.pk)
        if _is_void(message):
            message.state = MessageState.CANCELLED
            message.state_reason = f"{STEP_SKIPPED} the borrower replied."
        elif words := given_up_because(message):
            message.state, message.state_reason = MessageState.DEAD, words
        elif verdict is None or verdict.is_allowed:
            if message.author not in AUTOMATED or message.conversation_id not in spoken_to:
                cleared.append(message)
            if message.author in AUTOMATED:
                spoken_to.add(message.conversation_id)
            continue
        else:
            _hold_or_cancel(message, verdict)
            if message.lead:
                purpose = str(message.reason.get("words", ""))
                decisions.append(
                    contactability.decision(message.lead, message.channel, verdict, purpose=purpose, now=now)
                )
        settled.append(message)
    if settled:
        write_columns(settled, ["state", "state_reason", "not_before"])
        outcomes.tell_given_up(settled, now)
    ledger.write(decisions)
    return cleared


def given_up_because(message: Message) -> str:
    """Why it is not tried again; "" when it is."""
    if message.attempts >= MAX_ATTEMPTS:
        return f"Given up after {MAX_ATTEMPTS} attempts."
    if message.crashes >= MAX_CRASHES:
        return f"Given up: whoever carried it stopped, {MAX_CRASHES} times."
    return ""


def _verdicts(due: Sequence[Message], now: dt.datetime) -> dict[int, contactability.Verdict]:
    """What the gate says to each message that it is asked about."""
    asks = {
        message.pk: contactability.Ask(
            message.lead,
            message.channel,
            automated=message.author != Author.ADVISOR,
            # Who approved a draft speaks for themselves: nobody needs to keep them silent.
            by_ai=message.author == Author.AI and not message.reason.get("approved_by"),
            asked_for=bool(message.reason.get("asked_for")),
            in_business_hours=bool(message.reason.get("in_business_hours")),
        )
        for message in due
        if message.lead is not None and message.reason.get("kind") != KEYWORD_REPLY
    }
    return dict(zip(asks, contactability.answer(list(asks.values()), now), strict=True))


def _is_void(message: Message) -> bool:
    replied = message.conversation.last_inbound_at
    return message.void_after is not None and replied is not None and replied > message.void_after


def _hold_or_cancel(message: Message, verdict: contactability.Verdict) -> None:
    if verdict.until is not None:
        message.not_before, message.state_reason = verdict.until, verdict.words[:255]
    else:
        message.state, message.state_reason = MessageState.CANCELLED, f"Not sent: {verdict.words}"[:255]


def deliver(claimed: Claimed) -> set[int]:
    """
    Carry the claimed messages, with no transaction open; returns the ids of those that were accepted.

    What the deadline leaves over goes back to the queue untried.
    """
    accepted: set[int] = set()
    waiting: list[Message] = []
    stopped: set[tuple[int, str]] = set()
    switched_off: set[int] = set()
    since = looked = _clock()
    for index, message in enumerate(claimed.messages):
        left = claimed.messages[index:]
        if _clock() - looked > FRESH_SECONDS:
            stopped, switched_off = suppression.standing(left), sending.stopped_among(left)
            looked = _clock()
        failpoints.reach(failpoints.BEFORE_SEND)
        if _clock() > claimed.deadline:
            outcomes.give_back(left, claimed.token)
            break
        if message.organization_id in switched_off:
            outcomes.give_back([message], claimed.token)
            continue
        if (message.organization_id, message.address) in stopped and message.author != Author.SYSTEM:
            message.state, message.state_reason = MessageState.CANCELLED, "Not sent: stopped at the last moment."
        else:
            _send(message, claimed.routes.of(message))
        failpoints.reach(failpoints.AFTER_SEND)
        waiting.append(message)
        if len(waiting) >= BATCH or _clock() - since > BATCH_SECONDS:
            accepted |= _report(waiting, claimed.token)
            waiting, since = [], _clock()
    return accepted | _report(waiting, claimed.token)


def _send(message: Message, route: routing.Route) -> None:
    """One POST; the outcome is put on the message, in memory."""
    try:
        channel = channel_named(route.name)
        message.provider = channel.name
        route.refuse_if_closed(message, channel)
        taken = channel.send(routing.outgoing(message, route))
    except Refused as refusal:
        routing.heed(refusal, message, route)
        message.error_code, message.state_reason = refusal.code[:32], refusal.words[:255]
        if refusal.permanent:
            message.state = MessageState.FAILED
        elif message.attempts >= MAX_ATTEMPTS:
            message.state = MessageState.DEAD
        else:
            message.state = MessageState.QUEUED
            message.not_before = timezone.now() + backoff(message.attempts)
    except Uncertain as doubt:
        message.state, message.state_reason = MessageState.UNKNOWN, str(doubt)[:255]
        message.not_before = message.doubtful_since = timezone.now()  # the search at the provider begins here
    except Exception:
        # A fault of ours in the middle of a send proves nothing about whether it went out.
        log.exception("sending message %s", message.uuid)
        message.state, message.state_reason = MessageState.UNKNOWN, "Something went wrong while sending."
        message.doubtful_since = timezone.now()
    else:
        route.went_well()
        message.state, message.provider_id = MessageState.SENT, taken.provider_id
        message.error_code, message.state_reason = "", ""


def backoff(attempts: int) -> dt.timedelta:
    """About 30 s, 1, 2, 4 minutes, spread so that a thousand retries do not come at once."""
    return dt.timedelta(seconds=30 * 2 ** max(attempts - 1, 0) * random.uniform(0.8, 1.2))  # noqa: S311


def _report(messages: Iterable[Message], token: uuid.UUID) -> set[int]:
    messages = list(messages)
    if not messages:
        return set()
    failpoints.reach(failpoints.BEFORE_OUTCOME)
    outcomes.write_down(messages, token)
    return {message.pk for message in messages if message.state == MessageState.SENT}


def deliver_now(message_ids: Collection[int], *, now: dt.datetime | None = None) -> set[int]:
    """
    Send just these, at once; returns the accepted ones' ids.

    What can't be sent now is left to the engine. It is told so: a row may be locked for a moment by somebody who
    only looked, and must not wait for the next tick.
    """
    claimed = claim(now or timezone.now(), Message.objects.filter(pk__in=message_ids), limit=len(message_ids))
    if len(claimed.messages) < len(message_ids):
        tasks.nudge()
    return deliver(claimed)
