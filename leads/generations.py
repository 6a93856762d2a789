"""Keep what was written by a model or the composer beside what became of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence

from crm.ai.base import Draft, Summary, Unwritten
from crm.models import Advisor
from leads.models import Conversation, Generation, Message, Purpose


def keep(
    written: Draft | Summary | Unwritten,
    *,
    purpose: Purpose,
    conversation: Conversation,
    message: Message | None = None,
    asked_by: Advisor | None = None,
    findings: Sequence[str] = (),
    now: dt.datetime,
) -> Generation:
    """The row for one text, or for the failure to write it."""
    source = written.source
    row = Generation(
        organization_id=conversation.organization_id,
        conversation=conversation,
        message=message,
        purpose=purpose,
        asked_by=asked_by,
        model=source.model[:100],
        prompt_version=source.prompt_version,
        prompt=source.prompt,
        findings=list(findings),
        input_tokens=source.input_tokens,
        output_tokens=source.output_tokens,
        cost=source.cost,
        milliseconds=source.milliseconds,
        created_at=now,
    )
    match written:
        case Draft():
            row.text, row.subject = written.text, written.subject[:255]
            row.reason = f"{source.instead} {written.reason}".strip()[:500]
            row.wants_handoff = written.wants_handoff
        case Summary():
            row.text, row.reason, row.wants_handoff = written.text, written.reason[:500], written.needs_handoff
        case Unwritten():
            row.error = written.words[:255]
    row.save(force_insert=True)
    return row


def newest_of(message_ids: Collection[int]) -> dict[int, Generation]:
    """What was written last for each of these messages. One statement."""
    rows = Generation.objects.filter(message__in=message_ids).order_by("pk")
    return {row.message_id: row for row in rows if row.message_id}
