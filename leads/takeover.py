"""Who speaks: while an advisor has the conversation the AI keeps silent, until it is given back or time is up."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from crm import events
from crm.by_address import Key, Wanted, by_address
from crm.models import Actor
from leads.models import Author, Conversation, Lead, Message, MessageState
from leads.verdicts import Ask


@dataclass(frozen=True, slots=True)
class Pause:
    """What waits in a conversation: the AI until a time, everything automated while a suspicion stands."""

    ai_until: dt.datetime | None
    suspected_at: dt.datetime | None


#: (organization_id, the conversation's address) -> what waits there.
type Pauses = Mapping[Key, Pause]


def take_over(conversation: Conversation, lead: Lead, *, by: Actor, now: dt.datetime, reason: str = "") -> None:
    """The AI keeps silent for the organisation's hours from now; steps with fixed words go on."""
    until = now + dt.timedelta(hours=lead.organization.ai_pause_hours)
    was_paused = conversation.ai_paused_until is not None and conversation.ai_paused_until > now
    Conversation.objects.filter(pk=conversation.pk).update(ai_paused_until=until)
    conversation.ai_paused_until = until
    if not was_paused:
        _tell("conversation.taken_over", lead, by, now, until=until.isoformat(), reason=reason)


@transaction.atomic
def give_back(lead: Lead, *, by: Actor, now: dt.datetime) -> bool:
    """The AI may speak again. False when nobody kept it silent."""
    paused = Conversation.objects.filter(Q(ai_paused_until__gt=now) | Q(needs_handoff=True), leads=lead)
    if not paused.update(ai_paused_until=None, needs_handoff=False):
        return False
    if lead.conversation:
        lead.conversation.ai_paused_until, lead.conversation.needs_handoff = None, False
    look_again(lead, now)
    _tell("conversation.given_back", lead, by, now)
    return True


def look_again(lead: Lead, now: dt.datetime) -> None:
    """What machines have in the queue for this conversation is due now; the gate is asked again when it is claimed."""
    said = Message.objects.filter(organization=lead.organization_id, conversation=lead.conversation_id)
    held = said.filter(state=MessageState.QUEUED, not_before__gt=now)
    held.filter(author__in=(Author.SEQUENCE, Author.AI), attempts=0).update(not_before=now)


def pauses(asks: Sequence[Ask], now: dt.datetime) -> Pauses:
    """One statement for all that machines ask; none when they ask nothing."""
    automated = {(ask.lead.organization_id, ask.lead.address) for ask in asks if ask.automated and ask.lead.address}
    rows = _waiting(automated, now)
    return {(owner, address): Pause(ai_until, suspected) for owner, address, ai_until, suspected in rows}


@by_address
def _waiting(wanted: Wanted, now: dt.datetime) -> QuerySet[Conversation, tuple[Any, ...]]:
    waits = Q(ai_paused_until__gt=now) | Q(suspected_opt_out_at__isnull=False)
    talks = Conversation.objects.filter(wanted("address"), waits)
    return talks.values_list("organization_id", "address", "ai_paused_until", "suspected_opt_out_at")


def _tell(name: str, lead: Lead, by: Actor, now: dt.datetime, **data: str) -> None:
    events.record(name, organization=lead.organization_id, lead_id=lead.pk, by=by, now=now, **data)
