"""How many messages wait for somebody to look, of each kind: for those who watch over the site."""

from __future__ import annotations

from leads.models import Message, MessageState

#: Each has a partial index of its own.
_STATES = (MessageState.UNKNOWN, MessageState.NEEDS_REVIEW, MessageState.APPROVAL)


def by_state() -> dict[str, int]:
    """Of all organisations; a statement for each state."""
    return {str(state): Message.objects.filter(state=state).count() for state in _STATES}
