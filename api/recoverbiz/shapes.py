"""What RecoverBiz's callers get back. Times are UTC in whole seconds; what nobody knows is null."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from api.recoverbiz.vocabulary import ENROLLMENT_STATUSES
from leads import checklists
from leads.checklists import Item, Progress
from leads.models import Conversation, Lead
from sequences.models import Sequence as FollowUp
from sequences.models import Step
from sequences.standing import standing_of

type Json = dict[str, Any]


def imported_lead(lead: Lead, *, sequence_enrolled: bool) -> Json:
    return {
        "phone": lead.phone_e164,
        "name": lead.name or None,
        "email": lead.email or None,
        "source": lead.source_label or None,
        "external_id": lead.external_id or None,
        "status": lead.stage.slot,
        "sequence_enrolled": sequence_enrolled,
        "created_at": lead.created_at,
    }


def listed_lead(
    phone: str,
    name: str,
    email: str,
    slot: str,
    source: str,
    last_message_at: dt.datetime | None,
    created_at: dt.datetime,
    *,
    progress: float,
) -> Json:
    return {
        "phone": phone,
        "name": name or None,
        "email": email or None,
        "status": slot,
        "source": source or None,
        "checklist_progress": progress,
        "last_message_at": last_message_at,
        "created_at": created_at,
    }


def full_lead(lead: Lead) -> Json:
    """The documented detail, plus notes, metadata, the parts of the name, the property and the time of arrival."""
    return {
        "phone": lead.phone_e164,
        "name": lead.name or None,
        "email": lead.email or None,
        "company": lead.business_name or None,
        "status": lead.stage.slot,
        "source": lead.source_label or None,
        "external_id": lead.external_id or None,
        "checklist": _checklist(checklists.items_of(lead)),
        "conversation": _conversation(lead.conversation),
        "sequence": _follow_up(lead),
        "first_name": lead.first_name or None,
        "last_name": lead.last_name or None,
        "property_address": lead.property_address or None,
        "notes": lead.notes or None,
        "metadata": lead.metadata,
        "created_at": lead.created_at,
    }


def _checklist(items: Sequence[Item]) -> Json:
    done = sum(item.is_done for item in items)
    return {"progress": Progress(done, len(items)).ratio, "items": [_item(item) for item in items]}


def _item(item: Item) -> Json:
    """collected_at and value stand only where they are known, as in the document."""
    shape: Json = {"name": item.name, "type": item.kind, "status": item.status}
    if item.collected_at:
        shape["collected_at"] = item.collected_at
    if item.value:
        shape["value"] = item.value
    return shape


def _conversation(conversation: Conversation | None) -> Json:
    return {
        "message_count": conversation.message_count if conversation else 0,
        "last_message_at": conversation.last_message_at if conversation else None,
        "summary": (conversation.summary or None) if conversation else None,
        "needs_handoff": conversation.needs_handoff if conversation else False,
    }


def _follow_up(lead: Lead) -> Json | None:
    standing = standing_of(lead)
    if standing is None:
        return None
    return {
        "name": standing.name,
        "status": ENROLLMENT_STATUSES[standing.status],
        "current_step": standing.current_step,
        "total_steps": standing.total_steps,
    }


def sequence(row: FollowUp, steps: Sequence[Step]) -> Json:
    return {
        "id": row.public_id,
        "name": row.name,
        "description": row.description,
        "is_active": row.is_active,
        "is_default": row.is_default,
        "steps": [_step(step) for step in steps],
        "enrolled_count": getattr(row, "enrolled_count", 0),
        "completed_count": getattr(row, "completed_count", 0),
        "created_at": row.created_at,
    }


def _step(step: Step) -> Json:
    text = (
        "instructions" if step.kind == "ai" else "message"
    )  # a task, which this contract can't write, shows its title
    return {
        "order": step.order,
        "type": step.kind,
        text: getattr(step, text),
        "delay_hours": step.delay_hours,
        "skip_if_replied": step.skip_if_replied,
    }
