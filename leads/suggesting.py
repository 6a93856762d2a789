"""A draft for an advisor who is about to write: they read it, change it, and send it as their own."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import partial

from django.utils.translation import gettext as _

from crm.ai import writing
from crm.ai.base import Unwritten
from crm.models import Advisor
from leads import generations, messaging, text_checks
from leads.briefing import Wish, assignments
from leads.contactability import address_on
from leads.errors import InvalidValue
from leads.models import Channel, Direction, Generation, Lead, Message, Purpose

_ANSWER = "Answer the borrower's last message helpfully."
_FOLLOW_UP = "Follow up on their application warmly and ask about any blockers."
_LONGEST_HINT = 500


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Nothing in it has gone out. findings: what the advisor should look at; error: why there is no text."""

    generation: Generation
    text: str = ""
    subject: str = ""
    findings: tuple[str, ...] = ()

    @property
    def error(self) -> str:
        return self.generation.error


def suggest(lead: Lead, *, channel: Channel | str, hint: str = "", by: Advisor, now: dt.datetime) -> Suggestion:
    """
    Have a text written. hint: what the advisor has typed so far, which says what it shall be about.

    May take as long as a model may (settings.AI_TIMEOUT_SECONDS). Raises InvalidValue for who can't be written to.
    """
    if not lead.address or not address_on(lead, channel):
        raise InvalidValue(_("There is no address to write to."))
    talk = messaging.conversation_with(lead.organization, lead.address, lead)
    is_email = channel == Channel.EMAIL
    hint = hint.strip()[:_LONGEST_HINT]
    wish = Wish(lead.organization, talk.pk, lead, hint or _task(lead), is_email)
    task = assignments([wish], now=now)[0]
    made = writing.attempt(writing.composed, task.brief)
    keep = partial(generations.keep, purpose=Purpose.REPLY, conversation=talk, asked_by=by, now=now)
    if isinstance(made, Unwritten):
        return Suggestion(keep(made))
    found = text_checks.findings(made.text, task.known, subject=made.subject, is_email=is_email)
    if made.wants_handoff:
        found.insert(0, f"You should answer this yourself. {made.reason}".strip())
    return Suggestion(keep(made, findings=found), made.text, made.subject, tuple(found))


def note_sent(generation: str, message: Message, by: Advisor) -> None:
    """The message was written from this draft, if it is one of theirs for this conversation; else nothing happens."""
    if not generation.isdecimal() or len(generation) > 18:
        return
    theirs = Generation.objects.filter(pk=int(generation), conversation=message.conversation_id, asked_by=by)
    draft = theirs.filter(message=None).first()
    if draft is None:
        return
    Generation.objects.filter(pk=draft.pk).update(message=message)
    is_unchanged = draft.text.strip() == message.body.strip()
    words = f"Written by {by.name}, from a draft by {draft.writer}"
    message.reason = {**message.reason, "words": words, "model": draft.model}
    message.is_composed = is_unchanged
    message.save(update_fields=["reason", "is_composed"])


def _task(lead: Lead) -> str:
    theirs = Message.objects.filter(organization=lead.organization_id, conversation=lead.conversation_id)
    said = theirs.order_by("-created_at", "-pk").first()
    return _ANSWER if said and said.direction == Direction.INBOUND else _FOLLOW_UP
