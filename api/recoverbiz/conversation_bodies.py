"""Conversations and messages: what callers send and get back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api.recoverbiz.values import Body, given_of, text
from leads.errors import InvalidValue
from leads.models import Author, Conversation, Direction, Message, MessageState

_LONGEST_MESSAGE = 1600  # what a text may hold in ten parts
_LONGEST_NAME = 255

_AUTHORS: Mapping[str, str] = {
    Author.BORROWER: "lead",
    Author.ADVISOR: "human",
    Author.SEQUENCE: "sequence",
    Author.AI: "ai",
    Author.SYSTEM: "system",
}
_STATUSES: Mapping[str, str] = {
    MessageState.RECEIVED: "received",
    MessageState.DRAFTING: "queued",
    MessageState.APPROVAL: "queued",
    MessageState.QUEUED: "queued",
    MessageState.SENDING: "sending",
    MessageState.UNKNOWN: "sending",
    MessageState.NEEDS_REVIEW: "sending",
    MessageState.SENT: "sent",
    MessageState.DELIVERED: "delivered",
    MessageState.FAILED: "failed",
    MessageState.DEAD: "failed",
    MessageState.CANCELLED: "cancelled",
}


def new_message(body: Body) -> tuple[str, str]:
    """{message, sent_by?}: the text, and the name of the person who wrote it, "" when it is not said."""
    given = given_of(body, "message")
    words = text(given["message"], "message", _LONGEST_MESSAGE).strip()
    if not words:
        raise InvalidValue("message must not be empty", field="message")
    return words, text(given.get("sent_by", ""), "sent_by", _LONGEST_NAME).strip()


def conversation(row: Conversation, name: str) -> dict[str, Any]:
    return {
        "phone": row.address,
        "name": name or None,
        "message_count": row.message_count,
        "last_message_at": row.last_message_at,
        "summary": row.summary or None,
        "unanswered": row.unanswered_since is not None,
        "needs_handoff": row.needs_handoff,
        "ai_paused_until": row.ai_paused_until,
    }


def message(row: Message) -> dict[str, Any]:
    return {
        "id": str(row.uuid),
        "direction": "inbound" if row.direction == Direction.INBOUND else "outbound",
        "author": _AUTHORS[row.author],
        "author_name": row.author_label or None,
        "channel": row.channel,
        "message": row.body,
        "status": _STATUSES[row.state],
        "created_at": row.created_at,
        "sent_at": row.sent_at,
    }
