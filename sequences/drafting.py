"""Draft: have the text of AI steps written, and stored before anything is sent, so that a retry says the same words."""

from __future__ import annotations

import datetime as dt
import logging
import time
import uuid
from collections import defaultdict

from django.db.models import F, Q, QuerySet, Window
from django.db.models.functions import Now, RowNumber

from crm import heartbeat
from crm.ai.base import Brief, Draft, Said, composer
from leads import checklists, outcomes
from leads.models import Channel, Direction, Message, MessageState
from leads.outbox import LEASE
from sequences.models import Step

log = logging.getLogger(__name__)

_REMEMBERED = 6
_MAX_ATTEMPTS = 3
_AGAIN_AFTER = dt.timedelta(minutes=1)
#: Nobody is writing it at this moment.
_FREE = Q(leased_until=None) | Q(leased_until__lt=Now())


def draft(
    now: dt.datetime, limit: int = 50, messages: QuerySet[Message] | None = None, *, seconds: float = 10.0
) -> int:
    """
    Write the texts that are due (of these messages only, when given); how many were stored.

    No transaction is open while somebody thinks: a lease keeps others from writing the same. The attempt counts when
    it begins, so that a text that kills its writer is given up too. What the time does not suffice for is given back.
    """
    deadline = time.monotonic() + seconds
    token = uuid.uuid4()
    waiting = _claim(now, limit, Message.objects.all() if messages is None else messages, token)
    steps = _steps_of(waiting)
    history = _last_words([message.conversation_id for message in waiting])
    stored = 0
    for place, message in enumerate(waiting):
        if time.monotonic() > deadline:
            _mine(token).filter(pk__in=[each.pk for each in waiting[place:]]).update(
                lease=None, leased_until=None, attempts=F("attempts") - 1
            )
            break
        run = message.step_run
        step = steps.get((run.enrollment.version_id, run.order))
        try:
            words = composer()(_brief(message, step, history[message.conversation_id]))
        except Exception:
            log.exception("drafting message %s", message.uuid)
            _failed(message, now, token)
        else:
            stored += _store(message, words, token)
        heartbeat.beat()
    return stored


def _claim(now: dt.datetime, limit: int, messages: QuerySet[Message], token: uuid.UUID) -> list[Message]:
    due = (
        messages.filter(state=MessageState.DRAFTING, not_before__lte=now, step_run__isnull=False)
        .filter(_FREE)
        .order_by("pk")
        .values_list("pk", flat=True)[:limit]
    )
    taken = Message.objects.filter(_FREE, pk__in=list(due), state=MessageState.DRAFTING).update(
        lease=token, leased_until=Now() + LEASE, attempts=F("attempts") + 1
    )
    mine = _mine(token).select_related("organization", "lead__stage", "lead__organization", "step_run__enrollment")
    return list(mine.order_by("pk")) if taken else []


def _mine(token: uuid.UUID) -> QuerySet[Message]:
    return Message.objects.filter(lease=token, state=MessageState.DRAFTING)


def _store(message: Message, words: Draft, token: uuid.UUID) -> int:
    return (
        _mine(token)
        .filter(pk=message.pk)
        .update(
            body=words.text,
            subject=(message.subject or words.subject)[:255],
            is_composed=True,
            state=MessageState.QUEUED,
            state_reason="",
            attempts=0,
            lease=None,
            leased_until=None,
        )
    )


def _failed(message: Message, now: dt.datetime, token: uuid.UUID) -> None:
    """Another try in a minute; after a few, a person writes it."""
    given_up = message.attempts >= _MAX_ATTEMPTS
    message.state = MessageState.NEEDS_REVIEW if given_up else MessageState.DRAFTING
    message.state_reason = "The text could not be written."
    stored = (
        _mine(token)
        .filter(pk=message.pk)
        .update(
            state=message.state,
            state_reason=message.state_reason,
            attempts=0 if given_up else F("attempts"),
            not_before=now + _AGAIN_AFTER,
            lease=None,
            leased_until=None,
        )
    )
    if stored:
        outcomes.tell_given_up([message], now)


def _brief(message: Message, step: Step | None, conversation: tuple[Said, ...]) -> Brief:
    lead = message.lead
    needed = [item.name for item in checklists.items_of(lead) if not item.is_done] if lead else []
    return Brief(
        instructions=step.instructions if step else "",
        company=message.organization.name,
        first_name=(lead.first_name or lead.name.partition(" ")[0]) if lead else "",
        stage=lead.stage.label if lead else "",
        still_needed=tuple(needed),
        conversation=conversation,
        is_email=message.channel == Channel.EMAIL,
    )


def _steps_of(messages: list[Message]) -> dict[tuple[int, int], Step]:
    versions = {message.step_run.enrollment.version_id for message in messages}
    return {(step.version_id, step.order): step for step in Step.objects.filter(version_id__in=versions)}


def _last_words(conversation_ids: list[int]) -> dict[int, tuple[Said, ...]]:
    """The newest messages of each conversation that were really said, oldest first."""
    said = (MessageState.RECEIVED, MessageState.SENT, MessageState.DELIVERED)
    newest = (
        Message.objects.filter(conversation_id__in=conversation_ids, state__in=said)
        .annotate(
            age=Window(RowNumber(), partition_by="conversation", order_by=[F("created_at").desc(), F("pk").desc()])
        )
        .filter(age__lte=_REMEMBERED)
        .order_by("created_at", "pk")
        .values_list("conversation_id", "direction", "body")
    )
    history: dict[int, tuple[Said, ...]] = defaultdict(tuple)
    for conversation_id, direction, body in newest:
        history[conversation_id] += (Said(direction == Direction.INBOUND, body),)
    return history
