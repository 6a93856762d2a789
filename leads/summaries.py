"""
What each conversation has come to, in a few sentences: written anew a little after somebody said something.

When it is due says ConversationQuerySet.expect_summary().
"""

from __future__ import annotations

import datetime as dt
import time

from django.db import transaction

from crm.ai import canned, writing
from crm.ai.base import Summary, Unwritten
from crm.models import Actor
from leads import generations, handoffs, text_checks
from leads.briefing import Assignment, Wish, assignments
from leads.models import Conversation, Direction, Lead, Message, MessageState, Purpose

#: While one worker writes it, no other does; a worker that died is replaced after this.
_HELD_FOR = dt.timedelta(minutes=5)
_BATCH = 50
_REMEMBERED = 30
_LONGEST = 600


def refresh(now: dt.datetime | None = None, *, seconds: float = 20.0) -> int:
    """A chore: write what is due, for a bounded time; how many were written."""
    now = now or dt.datetime.now(dt.UTC)
    deadline = time.monotonic() + seconds
    written = 0
    while time.monotonic() < deadline:
        claimed = _claim(now)
        if not claimed:
            break
        written += _write(claimed, now, deadline - time.monotonic())
    return written


def _claim(now: dt.datetime) -> list[Conversation]:
    """Take a batch of those that are due, by putting their time off: whoever changes it first has it."""
    until = now + _HELD_FOR
    due = Conversation.objects.filter(summary_due_at__lte=now, organization__is_active=True)
    mine = []
    for pk, at in due.order_by("summary_due_at", "pk").values_list("pk", "summary_due_at")[:_BATCH]:
        if Conversation.objects.filter(pk=pk, summary_due_at=at).update(summary_due_at=until):
            mine.append(pk)
    return list(Conversation.objects.filter(pk__in=mine).select_related("organization").order_by("pk"))


def _write(claimed: list[Conversation], now: dt.datetime, seconds: float) -> int:
    leads = _leads_of(claimed)
    tasks = assignments(
        [Wish(talk.organization, talk.pk, leads.get(talk.pk)) for talk in claimed], now=now, remembered=_REMEMBERED
    )
    briefs = [task.brief for task in tasks]
    untouched = {talk.pk for talk in claimed}
    count = 0
    for place, made in writing.all_written(briefs, seconds=seconds, write=writing.summarize):
        talk = claimed[place]
        untouched.discard(talk.pk)
        _store(talk, made, tasks[place], now)
        count += 1
    Conversation.objects.filter(pk__in=untouched).update(summary_due_at=now)
    return count


def _leads_of(conversations: list[Conversation]) -> dict[int, Lead]:
    """The lead that answers to each conversation's address, the oldest first."""
    leads = Lead.objects.answering().filter(conversation__in=conversations).select_related("stage")
    return {lead.conversation_id or 0: lead for lead in leads.order_by("-pk")}


def _store(talk: Conversation, made: Summary | Unwritten, task: Assignment, now: dt.datetime) -> None:
    """The model's words; plain ones where it wrote none, or what a summary must not hold."""
    found = _findings(made.text, task) if isinstance(made, Summary) else []
    shown = canned.summarize(task.brief) if found or isinstance(made, Unwritten) else made
    with transaction.atomic():
        locked = Conversation.objects.select_for_update(no_key=True).get(pk=talk.pk)
        locked.summary, locked.summary_by, locked.summarized_at = shown.text, shown.source.model[:100], now
        if locked.summary_due_at == talk.summary_due_at:  # else there was news meanwhile, and it is due again
            locked.summary_due_at = None
        locked.save(update_fields=["summary", "summary_by", "summarized_at", "summary_due_at"])
        generations.keep(made, purpose=Purpose.SUMMARY, conversation=talk, findings=found, now=now)
        if shown.needs_handoff and locked.unanswered_since:
            _call_in(talk, shown, now)


def _findings(text: str, task: Assignment) -> list[str]:
    """Links, numbers and addresses that are not ours, what can't be seen, and how it was written."""
    found = text_checks.safe_to_show(text, task.known)
    return [*found, "It is too long."] if len(text) > _LONGEST else found


def _call_in(talk: Conversation, summary: Summary, now: dt.datetime) -> None:
    said = Message.objects.filter(organization=talk.organization_id, conversation=talk)
    theirs = said.filter(direction=Direction.INBOUND, state=MessageState.RECEIVED)
    last = theirs.select_related("conversation", "lead__organization").order_by("-created_at", "-pk").first()
    if last is not None:
        reason = summary.reason or "The summary says that they wait for a person."
        handoffs.call_in(last, by=Actor.system("AI"), now=now, reason=reason)
