"""Call a person into a conversation that machines have led so far."""

from __future__ import annotations

import datetime as dt

from crm import events
from crm.models import Actor
from leads import takeover
from leads.models import Conversation, Message


def call_in(message: Message, *, by: Actor, now: dt.datetime, reason: str = "The borrower asks for a person.") -> bool:
    """
    The conversation needs somebody, because of this message, and the AI keeps silent meanwhile.

    False when it did already: that is told once.
    """
    waiting = Conversation.objects.filter(pk=message.conversation_id, needs_handoff=False)
    if not waiting.update(needs_handoff=True):
        return False
    if message.lead:
        takeover.take_over(message.conversation, message.lead, by=Actor.system(), now=now, reason=reason)
    events.record(
        "conversation.handoff_requested",
        organization=message.organization_id,
        lead_id=message.lead_id,
        by=by,
        now=now,
        message=str(message.uuid),
        reason=reason,
    )
    return True
