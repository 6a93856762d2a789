"""Conversations as integrations read them, and a person's word into them from outside."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db import transaction
from django.db.models import QuerySet

from crm.models import Organization
from leads import messaging
from leads.errors import ContactRefused
from leads.models import Conversation, Lead, Message, MessageState

#: For how long a person's word keeps the AI silent.
PAUSE = dt.timedelta(hours=4)


def by_phone(organization: Organization) -> QuerySet[Conversation]:
    """Those in which something was said, with somebody who has a phone number; the last one spoken in first."""
    spoken_in = Conversation.objects.filter(organization=organization, last_message_at__isnull=False)
    return spoken_in.exclude(address__contains="@").order_by("-last_message_at", "-pk")


def names_of(organization: Organization, phones: Iterable[str]) -> dict[str, str]:
    """The names of the leads that answer to these phones. One statement."""
    leads = Lead.objects.of(organization).answering().filter(phone_e164__in=list(phones))
    return {phone: name for phone, name in leads.values_list("phone_e164", "name") if phone}


def said_in(organization: Organization, phone: str) -> QuerySet[Message]:
    """What was said or is on its way, the newest first; a text that is still being written is not."""
    messages = Message.objects.filter(conversation__organization=organization, conversation__address=phone)
    return messages.exclude(state=MessageState.DRAFTING).order_by("-created_at", "-pk")


def say(lead: Lead, *, body: str, person: str, now: dt.datetime) -> Message:
    """
    A person takes over: their text goes out, the AI is silent for PAUSE, and nobody need be called in any more.

    Raises ContactRefused.
    """
    with transaction.atomic():
        try:
            message = messaging.write(lead, body=body, by_person=person, now=now)
        except ContactRefused as refused:
            refusal = refused  # raised when the transaction is over, so that it stays written down
        else:
            _take_over(message.conversation_id, now)
            return message
    raise refusal


def _take_over(conversation_id: int, now: dt.datetime) -> None:
    conversation = Conversation.objects.select_for_update().get(pk=conversation_id)
    conversation.ai_paused_until = max(conversation.ai_paused_until or now, now + PAUSE)
    conversation.needs_handoff = False
    conversation.save(update_fields=["ai_paused_until", "needs_handoff"])
