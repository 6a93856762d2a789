"""Conversations by phone number, as integrations read them."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import QuerySet

from crm.by_address import Wanted, by_address
from crm.models import Organization
from leads.models import Conversation, Lead, Message, MessageState


def by_phone(organization: Organization) -> QuerySet[Conversation]:
    """Those in which something was said, with somebody who has a phone number; the last one spoken in first."""
    spoken_in = Conversation.objects.filter(organization=organization, last_message_at__isnull=False)
    return spoken_in.exclude(address__contains="@").order_by("-last_message_at", "-pk")


@by_address
def conversations_at(wanted: Wanted) -> QuerySet[Conversation]:
    """Those with these addresses."""
    return Conversation.objects.filter(wanted("address"))


def names_of(organization: Organization, phones: Iterable[str]) -> dict[str, str]:
    """The names of the leads that answer to these phones. One statement."""
    leads = Lead.objects.of(organization).answering().filter(phone_e164__in=list(phones))
    return {phone: name for phone, name in leads.values_list("phone_e164", "name") if phone}


def said_in(organization: Organization, phone: str) -> QuerySet[Message]:
    """What was said or is on its way, the newest first; a draft is not."""
    messages = Message.objects.filter(conversation__organization=organization, conversation__address=phone)
    return messages.exclude(state__in=[MessageState.DRAFTING, MessageState.APPROVAL]).order_by("-created_at", "-pk")
