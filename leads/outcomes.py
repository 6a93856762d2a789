"""What became of messages: written once, by whoever holds the lease."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Iterable, Sequence

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from crm import events
from crm.bulk import write_columns
from crm.models import Actor
from crm.observing import metrics
from leads.models import Author, Conversation, Message, MessageState

_OUTCOME = [
    "state",
    "state_reason",
    "provider",
    "provider_id",
    "error_code",
    "not_before",
    "doubtful_since",
    "sent_at",
    "lease",
    "leased_until",
]
_GIVEN_UP = {
    MessageState.FAILED: "message.failed",
    MessageState.DEAD: "message.dead",
    MessageState.NEEDS_REVIEW: "message.needs_review",
    MessageState.APPROVAL: "message.awaits_approval",
}


@transaction.atomic
def write_down(messages: Sequence[Message], token: uuid.UUID) -> None:
    """Store the outcomes that the messages carry in memory, of those that are still leased to the token."""
    now = timezone.now()
    for message in messages:
        message.lease = message.leased_until = None
        if message.state == MessageState.SENT:
            message.sent_at = now
    held = write_columns(messages, _OUTCOME, while_still={"lease": token, "state": MessageState.SENDING})
    messages = [message for message in messages if message.pk in held]
    for (channel, state), number in Counter((message.channel, message.state) for message in messages).items():
        metrics.count(metrics.MESSAGES, channel, state, by=number)
    note_sent([message for message in messages if message.state == MessageState.SENT], now)
    tell_given_up(messages, now)


def note_sent(messages: Sequence[Message], now: dt.datetime) -> None:
    """Bring the conversations up to date after messages went out."""
    by_count: dict[int, list[int]] = {}
    for conversation_id, count in Counter(message.conversation_id for message in messages).items():
        by_count.setdefault(count, []).append(conversation_id)
    for count, ids in by_count.items():
        Conversation.objects.filter(pk__among=sorted(ids)).update(
            message_count=F("message_count") + count, last_message_at=now, last_outbound_at=now
        )
    tell_started([message for message in messages if not message.conversation.message_count], now)
    answered = [message.conversation_id for message in messages if _is_from_a_person(message)]
    if answered:
        talks = Conversation.objects.filter(pk__in=answered)
        talks.update(unanswered_since=None, needs_handoff=False)
        talks.expect_summary(now)


def _is_from_a_person(message: Message) -> bool:
    return message.author == Author.ADVISOR or bool(message.reason.get("approved_by"))


def tell_started(messages: Sequence[Message], now: dt.datetime) -> None:
    """
    conversation.started where these counted messages are all that was ever said.

    Whoever counted last has the row until the transaction ends, so of two first messages at once only one sees this.
    """
    counts = Counter(message.conversation_id for message in messages)
    said = (
        dict(Conversation.objects.filter(pk__among=list(counts)).values_list("pk", "message_count")) if counts else {}
    )
    first = {
        each.conversation_id: each
        for each in reversed(messages)
        if said[each.conversation_id] == counts[each.conversation_id]
    }
    events.record_all(
        events.fact(
            "conversation.started",
            organization=message.organization_id,
            lead_id=message.lead_id,
            by=Actor.system(),
            now=now,
            message=str(message.uuid),
            channel=message.channel,
            direction=message.direction,
        )
        for message in first.values()
    )


def give_back(messages: Sequence[Message], token: uuid.UUID) -> None:
    """Untried messages go back to the queue, and the attempt does not count."""
    Message.objects.filter(pk__in=[message.pk for message in messages], lease=token, state=MessageState.SENDING).update(
        state=MessageState.QUEUED, attempts=F("attempts") - 1, lease=None, leased_until=None
    )


def tell_given_up(messages: Iterable[Message], now: dt.datetime) -> None:
    """A message that will not go out by itself is a fact that somebody must hear of."""
    events.record_all(
        events.fact(
            _GIVEN_UP[MessageState(message.state)],
            organization=message.organization_id,
            lead_id=message.lead_id,
            by=Actor.system(),
            now=now,
            message=str(message.uuid),
            reason=message.state_reason,
        )
        for message in messages
        if message.state in _GIVEN_UP
    )
