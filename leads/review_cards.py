"""What the page of drafts shows of each: whose it is, why it waits, what was said, and whether it may go out now."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import F, OuterRef, QuerySet, Subquery, Window
from django.db.models.functions import RowNumber

from crm.ai import canned
from crm.models import Advisor
from leads import contactability, generations
from leads.approving import LONGEST, version_of
from leads.briefing import Wish, assignments
from leads.contactability import Ask
from leads.lights import Light, light_of
from leads.message_words import state_of, told
from leads.models import Channel, Conversation, Generation, Lead, Message, MessageState
from leads.timeline_entries import Bubble

_SHOWN = 4
_LOADED = ("lead__stage", "lead__organization", "lead__conversation", "organization", "conversation")
_UNSAID = (MessageState.DRAFTING, MessageState.APPROVAL, MessageState.CANCELLED)


@dataclass(frozen=True, slots=True)
class ReviewCard:
    """
    One draft. reasons: why it does not go out by itself; said: the end of the conversation, oldest first.

    body is what stands in the field: the draft, or plain composed words where none could be written (is_suggestion).
    """

    message: Message
    lead: Lead
    generation: Generation | None
    reasons: list[str]
    said: list[Bubble]
    light: Light
    version: str
    body: str
    is_suggestion: bool
    state: str

    @property
    def is_waiting(self) -> bool:
        return self.message.state == MessageState.APPROVAL

    @property
    def is_email(self) -> bool:
        return self.message.channel == Channel.EMAIL

    @property
    def longest(self) -> int:
        return LONGEST[Channel(self.message.channel)]

    @property
    def writer(self) -> str:
        """Who wrote it: the model's name, or "" for plain composed words."""
        return self.generation.model if self.generation else ""


def cards(drafts: QuerySet[Message], now: dt.datetime) -> list[ReviewCard]:
    """One for each of these messages that has its lead still. A fixed number of statements, however many."""
    rows = [message for message in drafts.select_related(*_LOADED) if message.lead]
    leads = {message.pk: message.lead for message in rows if message.lead}
    written = generations.newest_of(leads)
    said = _said([message.conversation_id for message in rows], now)
    asks = [
        Ask(leads[message.pk], message.channel, asked_for=bool(message.reason.get("asked_for"))) for message in rows
    ]
    verdicts = contactability.answer(asks, now)
    suggested = _suggested([message for message in rows if not message.body], now)
    return [
        ReviewCard(
            message=message,
            lead=leads[message.pk],
            generation=written.get(message.pk),
            reasons=_reasons(message, written.get(message.pk)),
            said=said[message.conversation_id],
            light=light_of(verdict, now),
            version=version_of(message),
            body=message.body or suggested.get(message.pk, ""),
            is_suggestion=message.pk in suggested,
            state=state_of(message, now)[1],
        )
        for message, verdict in zip(rows, verdicts, strict=True)
    ]


def asked_for_a_person(advisor: Advisor, limit: int) -> list[Lead]:
    """Leads whose conversation waits for a person, the longest first; their latest words come as last_words."""
    newest = Message.objects.filter(
        organization=OuterRef("organization"), conversation=OuterRef("conversation"), direction="in"
    ).order_by("-created_at", "-pk")
    waiting = Conversation.objects.filter(organization_id=advisor.organization_id, needs_handoff=True)
    leads = Lead.objects.visible_to(advisor).answering().filter(conversation__in=waiting)
    rows = leads.select_related("conversation").annotate(last_words=Subquery(newest.values("body")[:1]))
    return list(rows.order_by("conversation__last_inbound_at", "pk")[:limit])


def _reasons(message: Message, written: Generation | None) -> list[str]:
    """The findings one by one, where there were any; else what the message says of itself."""
    if written and written.findings and not written.wants_handoff:
        return list(written.findings)
    words = [message.state_reason] if message.state_reason else []
    return words + (list(written.findings) if written else [])


def _said(conversation_ids: Sequence[int], now: dt.datetime) -> Mapping[int, list[Bubble]]:
    newest = (
        Message.objects.filter(conversation__in=conversation_ids)
        .exclude(state__in=_UNSAID)
        .annotate(
            age=Window(RowNumber(), partition_by="conversation", order_by=[F("created_at").desc(), F("pk").desc()])
        )
        .filter(age__lte=_SHOWN)
        .order_by("created_at", "pk")
    )
    by_conversation: dict[int, list[Bubble]] = defaultdict(list)
    for message in newest:
        by_conversation[message.conversation_id].append(told(message, now))
    return by_conversation


def _suggested(unwritten: list[Message], now: dt.datetime) -> dict[int, str]:
    """Plain words for what no model could write, by message."""
    wishes = [
        Wish(message.organization, message.conversation_id, message.lead, is_email=message.channel == Channel.EMAIL)
        for message in unwritten
    ]
    tasks = assignments(wishes, now=now)
    return {message.pk: canned.compose(task.brief).text for message, task in zip(unwritten, tasks, strict=True)}
