"""Draft: have the text of AI steps written, and stored before anything is sent, so that a retry says the same words."""

from __future__ import annotations

import datetime as dt
import logging
from collections import defaultdict

from django.db.models import F, QuerySet, Window
from django.db.models.functions import RowNumber

from crm.ai.base import Brief, Draft, Said, composer
from crm.bulk import write_columns
from leads import checklists, outcomes
from leads.models import Channel, Direction, Message, MessageState
from sequences.models import Step

log = logging.getLogger(__name__)

_REMEMBERED = 6
_MAX_ATTEMPTS = 3
_AGAIN_AFTER = dt.timedelta(minutes=1)


def draft(now: dt.datetime, limit: int = 50, messages: QuerySet[Message] | None = None) -> int:
    """
    Write the texts that are due (of these messages only, when given); how many were stored.

    No transaction is open while somebody thinks. Whoever stores first wins: the second one's words are dropped.
    """
    wanted = Message.objects.all() if messages is None else messages
    waiting = list(
        wanted.filter(state=MessageState.DRAFTING, not_before__lte=now, step_run__isnull=False)
        .select_related("organization", "lead__stage", "lead__organization", "step_run__enrollment")
        .order_by("pk")[:limit]
    )
    steps = _steps_of(waiting)
    history = _last_words([message.conversation_id for message in waiting])
    written: list[Message] = []
    for message in waiting:
        run = message.step_run
        step = steps.get((run.enrollment.version_id, run.order))
        try:
            words = composer()(_brief(message, step, history[message.conversation_id]))
        except Exception:
            log.exception("drafting message %s", message.uuid)
            _failed(message, now)
        else:
            written.append(_filled(message, words))
    columns = ["body", "subject", "is_composed", "state"]
    return len(write_columns(written, columns, while_still={"state": MessageState.DRAFTING}))


def _filled(message: Message, words: Draft) -> Message:
    message.body, message.subject = words.text, (message.subject or words.subject)[:255]
    message.is_composed, message.state = True, MessageState.QUEUED
    return message


def _failed(message: Message, now: dt.datetime) -> None:
    """Another try in a minute; after a few, a person writes it."""
    given_up = message.attempts + 1 >= _MAX_ATTEMPTS
    message.state = MessageState.NEEDS_REVIEW if given_up else MessageState.DRAFTING
    message.state_reason = "The text could not be written."
    stored = Message.objects.filter(pk=message.pk, state=MessageState.DRAFTING).update(
        state=message.state,
        state_reason=message.state_reason,
        attempts=0 if given_up else F("attempts") + 1,
        not_before=now + _AGAIN_AFTER,
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
