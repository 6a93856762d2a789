"""
What carriers report later: taken, arrived, or not. The one way in, whichever carrier it is.

Reports come late, twice and in any order, so a message only ever moves forward. One that we had doubts about, or were
about to try again, is settled by any report at all: the carrier has it.
"""

from __future__ import annotations

import datetime as dt
import logging
import uuid
from dataclasses import dataclass
from enum import StrEnum

from django.db import transaction
from django.db.models import Q

from crm import events
from crm.models import Actor, Organization
from leads import outcomes, suppression
from leads.models import Conversation, Direction, Message, MessageState

log = logging.getLogger(__name__)


class Status(StrEnum):
    TAKEN = "taken"
    DELIVERED = "delivered"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Receipt:
    """One report. reference is ours, when the carrier gives it back; words and code say why it failed."""

    provider: str
    provider_id: str
    status: Status
    reference: uuid.UUID | None = None
    code: str = ""
    words: str = ""
    has_opted_out: bool = False


_NEXT = {
    Status.TAKEN: MessageState.SENT,
    Status.DELIVERED: MessageState.DELIVERED,
    Status.FAILED: MessageState.FAILED,
}
#: What a report changes of a message.
_COLUMNS = (
    *("state", "state_reason", "lease", "leased_until", "provider", "provider_id", "error_code"),
    *("sent_at", "delivered_at"),
)
_RANK = {MessageState.SENT: 1, MessageState.DELIVERED: 2, MessageState.FAILED: 2}


@transaction.atomic
def note(receipt: Receipt, *, organizations: list[int], now: dt.datetime) -> Message | None:
    """
    Bring the message that the receipt is about forward; None when none of these organisations sent it.

    The order of locks is the house's: conversation, then message.
    """
    found = _found(receipt, organizations)
    if found is None:
        return None
    Conversation.objects.select_for_update(no_key=True).get(pk=found.conversation_id)
    rows = Message.objects.select_for_update(no_key=True)
    message = rows.get(organization=found.organization_id, pk=found.pk)
    if message.provider_id and message.provider_id != receipt.provider_id:
        log.error("message %s is known to %s twice: %s", message.uuid, receipt.provider, receipt.provider_id)
        return message
    state = _NEXT[receipt.status]
    if _RANK.get(MessageState(message.state), 0) < _RANK[state]:
        _advance(message, state, receipt, now)
    if receipt.has_opted_out:
        by = Actor.system("The carrier")
        organization = Organization.objects.get(pk=message.organization_id)
        suppression.opt_out(organization, message.address, reason=receipt.words, by=by, now=now)
    return message


def _found(receipt: Receipt, organizations: list[int]) -> Message | None:
    is_it = Q(provider=receipt.provider, provider_id=receipt.provider_id)
    if receipt.reference:
        is_it |= Q(uuid=receipt.reference)
    sent = Message.objects.filter(is_it, organization__in=organizations, direction=Direction.OUTBOUND)
    return sent.order_by("pk").first()


def _advance(message: Message, state: MessageState, receipt: Receipt, now: dt.datetime) -> None:
    was_counted = message.state == MessageState.SENT
    message.state, message.lease, message.leased_until = state, None, None
    message.provider, message.provider_id = receipt.provider, receipt.provider_id
    message.error_code, message.state_reason = receipt.code[:32], receipt.words[:255]
    if state != MessageState.FAILED:
        message.sent_at = message.sent_at or now
    if state == MessageState.DELIVERED:
        message.delivered_at = now
    mine = Message.objects.filter(organization=message.organization_id, pk=message.pk)
    mine.update(**{column: getattr(message, column) for column in _COLUMNS})
    if state == MessageState.FAILED:
        outcomes.tell_given_up([message], now)
    elif not was_counted:
        outcomes.note_sent([message], now)
    if state == MessageState.DELIVERED:
        _tell_delivered(message, now)


def _tell_delivered(message: Message, now: dt.datetime) -> None:
    events.record(
        "message.delivered",
        organization=message.organization_id,
        lead_id=message.lead_id,
        by=Actor.system(),
        now=now,
        message=str(message.uuid),
        address=message.address,
        channel=message.channel,
    )
