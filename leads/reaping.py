"""Find out what became of messages whose carrier died or got no clear answer."""

from __future__ import annotations

import datetime as dt
import logging
import time
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Greatest, Now
from django.utils import timezone

from crm import heartbeat, reach
from crm.channels.base import CannotTell, Refused, channel_named
from leads import outcomes, routing
from leads.models import Message, MessageState
from leads.outbox import backoff, given_up_because

log = logging.getLogger(__name__)

#: How long we keep asking the provider before a person has to decide.
PATIENCE = dt.timedelta(minutes=15)


@dataclass(slots=True)
class Reaped:
    expired: int = 0
    found_sent: int = 0
    queued_again: int = 0
    for_review: int = 0


def reap(now: dt.datetime, limit: int = 200, *, seconds: float = 5.0) -> Reaped:
    """
    Leases that ran out become unknown; about the unknown ones the provider is asked. Safe at any time.

    A provider that answers slowly does not keep the others from sending: after so many seconds the rest is left to
    the next pass, which begins with others.
    """
    deadline = time.monotonic() + seconds
    reaped = Reaped()
    reaped.expired = _note_the_dead()
    unknown = Message.objects.filter(state=MessageState.UNKNOWN).order_by("?")  # so that none hides behind others
    for message in unknown[:limit]:
        with reach.of(message.organization_id):
            _resolve(message, now, reaped)
        heartbeat.beat()
        if time.monotonic() > deadline:
            break
    return reaped


def _note_the_dead() -> int:
    """
    Whoever held these stopped, before or after the send: that is a crash, and no attempt of the message's own.

    The two are counted apart, so that a message is not given up for the deaths of those who carried many.
    """
    return Message.objects.filter(state=MessageState.SENDING, leased_until__lt=Now()).update(
        state=MessageState.UNKNOWN,
        state_reason="Whoever was sending it stopped.",
        attempts=Greatest(F("attempts") - 1, 0),
        crashes=F("crashes") + 1,
        doubtful_since=Now(),
        lease=None,
        leased_until=None,
    )


def _resolve(message: Message, now: dt.datetime, reaped: Reaped) -> None:
    try:
        route = routing.routes_for([message]).of(message)
        channel = channel_named(route.name)
        taken = channel.lookup(routing.tried(message, route, now))
    except (CannotTell, Refused) as doubt:
        reaped.for_review += _ask_a_person(message, str(doubt), now)
        return
    except Exception:
        log.exception("asking for message %s", message.uuid)
        reaped.for_review += _ask_a_person(message, "asking fails", now)
        return
    if taken is not None:
        message.provider, message.provider_id = channel.name, taken.provider_id
        reaped.found_sent += _settle(message, MessageState.SENT, "")
    elif words := given_up_because(message):
        _settle(message, MessageState.DEAD, words)
    else:
        message.not_before = now + backoff(message.attempts + message.crashes)
        reaped.queued_again += _settle(message, MessageState.QUEUED, "The provider proves that it never got it.")


def _ask_a_person(message: Message, doubt: str, now: dt.datetime) -> int:
    """Once we have asked for long enough."""
    if (message.doubtful_since or message.not_before) + PATIENCE > now:
        return 0
    return _settle(message, MessageState.NEEDS_REVIEW, f"Nobody can tell whether it arrived: {doubt}")


@transaction.atomic
def _settle(message: Message, state: MessageState, words: str) -> int:
    """Move one message out of unknown, unless somebody else has; returns 1 or 0."""
    now = timezone.now()
    message.state, message.state_reason = state, words[:255]
    message.sent_at = now if state == MessageState.SENT else None
    doubtful = Message.objects.filter(organization=message.organization_id, pk=message.pk, state=MessageState.UNKNOWN)
    moved = doubtful.update(
        state=state,
        state_reason=message.state_reason,
        provider=message.provider,
        provider_id=message.provider_id,
        not_before=message.not_before,
        doubtful_since=None,
        sent_at=message.sent_at,
    )
    if moved and state == MessageState.SENT:
        outcomes.note_sent([message], now)
    if moved:
        outcomes.tell_given_up([message], now)
    return moved
