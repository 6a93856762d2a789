"""Draft: have the text of AI steps written, and stored before anything is sent, so that a retry says the same words."""

from __future__ import annotations

import datetime as dt
import random
import uuid
from collections.abc import Iterator

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now

from crm.ai.base import Draft, Unwritten
from crm.ai.writing import all_written, composed
from crm.models import Actor
from leads import generations, handoffs, outcomes, text_checks
from leads.briefing import Assignment, Wish, assignments
from leads.models import Channel, Conversation, Message, MessageState, Purpose
from leads.outbox import LEASE
from sequences.models import Approval, Step

_MAX_ATTEMPTS = 4
#: Organisations that share one batch; the others have their turn in the next.
_MOST_ORGANIZATIONS = 25
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
    token = uuid.uuid4()
    waiting = _without_killers(_claim(now, limit, messages, token), now, token)
    tasks = assignments(_wishes(waiting), now=now)
    stored = 0
    untouched = {message.pk for message in waiting}
    for place, written in all_written([task.brief for task in tasks], seconds=seconds, write=composed):
        message = waiting[place]
        untouched.discard(message.pk)
        if isinstance(written, Unwritten):
            _failed(message, written, now, token)
        else:
            stored += _store(message, written, tasks[place], now, token)
    if untouched:
        _mine(token).filter(pk__in=untouched).update(lease=None, leased_until=None, attempts=F("attempts") - 1)
    return stored


def _claim(now: dt.datetime, limit: int, messages: QuerySet[Message] | None, token: uuid.UUID) -> list[Message]:
    due = Message.objects.all() if messages is None else messages
    due = due.filter(_FREE, state=MessageState.DRAFTING, not_before__lte=now, step_run__isnull=False)
    due = due.filter(organization__sending_stopped_at=None)  # nobody pays for words that may not go out
    chosen = [pk for share in _shares(due, limit) for pk in share]
    taken = Message.objects.filter(_FREE, pk__in=chosen, state=MessageState.DRAFTING).update(
        lease=token, leased_until=Now() + LEASE, attempts=F("attempts") + 1
    )
    related = ("organization", "conversation", "lead__stage", "lead__organization", "step_run__enrollment__sequence")
    return list(_mine(token).select_related(*related).order_by("pk")) if taken else []


def _without_killers(waiting: list[Message], now: dt.datetime, token: uuid.UUID) -> list[Message]:
    """Those whose writers died one after another are left to a person; nobody else may die of them."""
    for message in waiting:
        if message.attempts > _MAX_ATTEMPTS:
            _failed(message, Unwritten("Whoever wrote it stopped, again and again.", permanent=True), now, token)
    return [message for message in waiting if message.attempts <= _MAX_ATTEMPTS]


def _shares(due: QuerySet[Message], limit: int) -> Iterator[QuerySet[Message, int]]:
    """The same number from each organisation, so that one whose model is slow starves nobody."""
    organizations = list(due.order_by().values_list("organization", flat=True).distinct())
    if len(organizations) > _MOST_ORGANIZATIONS:
        organizations = random.sample(organizations, _MOST_ORGANIZATIONS)
    for organization_id in organizations:
        own = due.filter(organization=organization_id).order_by("pk").values_list("pk", flat=True)
        yield own[: max(1, limit // len(organizations))]


def _mine(token: uuid.UUID) -> QuerySet[Message]:
    return Message.objects.filter(lease=token, state=MessageState.DRAFTING)


def _wishes(waiting: list[Message]) -> list[Wish]:
    versions = {message.step_run.enrollment.version_id for message in waiting}
    steps = {(step.version_id, step.order): step for step in Step.objects.filter(version_id__in=versions)}
    return [
        Wish(
            organization=message.organization,
            conversation_id=message.conversation_id,
            lead=message.lead,
            instructions=step.instructions if step else "",
            is_email=message.channel == Channel.EMAIL,
        )
        for message in waiting
        for step in [steps.get((message.step_run.enrollment.version_id, message.step_run.order))]
    ]


def _store(message: Message, written: Draft, task: Assignment, now: dt.datetime, token: uuid.UUID) -> int:
    """Into the queue; or, for any reason against it, before a person."""
    subject = (message.subject or written.subject)[:255]
    found = text_checks.findings(written.text, task.known, subject=subject, is_email=task.brief.is_email)
    why = _why_not_at_once(message, written, found)
    settled = {
        "body": written.text,
        "subject": subject,
        "is_composed": True,
        "reason": {**message.reason, **_writer_of(written)},
        "state": MessageState.APPROVAL if why else MessageState.QUEUED,
        "state_reason": why[:255],
        "attempts": 0,
        "not_before": now if why else F("not_before"),
    }
    with transaction.atomic():
        if written.wants_handoff:  # a STOP takes its locks in this order
            Conversation.objects.select_for_update(no_key=True).get(pk=message.conversation_id)
        if not _settle(message, token, **settled):
            return 0
        generations.keep(
            written, purpose=Purpose.STEP, conversation=message.conversation, message=message, findings=found, now=now
        )
        if why:
            message.state, message.state_reason = MessageState.APPROVAL, why
            outcomes.tell_given_up([message], now)
        if written.wants_handoff:
            handoffs.call_in(
                message, by=Actor.system("AI"), now=now, reason=written.reason or "The AI asks for a person."
            )
    return 1


def _writer_of(written: Draft) -> dict[str, str]:
    """For the message's reason: the model, and why there is none although the organisation has one."""
    instead = {"instead": written.source.instead} if written.source.instead else {}
    return {"model": written.source.model, **instead}


def _why_not_at_once(message: Message, written: Draft, found: list[str]) -> str:
    """In words; "" when nothing speaks against sending it."""
    if written.wants_handoff:
        return f"A person should answer. {written.reason}".strip()
    if found:
        return " ".join(found)
    if message.reason.get("asked_again_by"):
        return f"Written anew for {message.reason['asked_again_by']}."
    if message.step_run.enrollment.sequence.approval == Approval.EVERY:
        return "A person approves each AI text of this sequence."
    return ""


def _failed(message: Message, error: Unwritten, now: dt.datetime, token: uuid.UUID) -> None:
    """Another try in a minute, then in four, then in sixteen; after that a person writes it."""
    given_up = error.permanent or message.attempts >= _MAX_ATTEMPTS
    words = f"The text could not be written. {error.words}"[:255]
    wait = dt.timedelta() if given_up else dt.timedelta(minutes=4 ** (message.attempts - 1))
    with transaction.atomic():
        if not _settle(
            message,
            token,
            state=MessageState.APPROVAL if given_up else MessageState.DRAFTING,
            state_reason=words,
            attempts=0 if given_up else F("attempts"),
            not_before=now + wait,
        ):
            return
        generations.keep(error, purpose=Purpose.STEP, conversation=message.conversation, message=message, now=now)
        if given_up:
            message.state, message.state_reason = MessageState.APPROVAL, words
            outcomes.tell_given_up([message], now)


def _settle(message: Message, token: uuid.UUID, **columns: object) -> int:
    """Write it down and let go of the lease, unless somebody else has the message by now."""
    return _mine(token).filter(pk=message.pk).update(lease=None, leased_until=None, **columns)
