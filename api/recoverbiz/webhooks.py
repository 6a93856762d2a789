"""What RecoverBiz' partners are told of events, and how that is signed. Contract: docs/api/recoverbiz.md, webhooks."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from api.bodies import zulu
from crm.identifiers import new_uuid
from crm.models import Event, Organization
from crm.webhooks import Told
from leads import checklists
from leads.models import Lead
from sequences.models import Enrollment, EnrollmentStatus

type Data = dict[str, Any]

#: The events of this contract, and ours behind each.
EVENTS = (
    "conversation.started",
    "conversation.reply_received",
    "conversation.handoff_requested",
    "lead.status_changed",
    "lead.created",
    "checklist.item_collected",
    "checklist.completed",
    "sequence.completed",
    "sequence.reply_received",
)
_KNOWN = {
    "lead.created",
    "lead.stage_changed",
    "message.received",
    "conversation.started",
    "conversation.handoff_requested",
    "checklist.item_collected",
    "checklist.completed",
    "sequence.completed",
}


def compose(events: Sequence[Event]) -> list[Told]:
    """The events of one account in the contract's words; one of ours may be two or none of theirs."""
    known = [event for event in events if event.name in _KNOWN and event.lead_id]
    leads = Lead.objects.select_related("stage", "organization").in_bulk({event.lead_id for event in known})
    account = Organization.objects.get(pk=known[0].organization_id).public_id if known else ""
    told: list[Told] = []
    for event in known:
        lead = leads.get(event.lead_id or 0)
        if lead is not None and lead.phone_e164:
            for name, data in _names_and_data(event, lead):
                told.append(Told(event, name, _enveloped(name, event, account, {"phone": lead.phone_e164, **data})))
    return told


def ping(event: Event) -> Told:
    """No event of the contract's: receivers answer 2xx to what they don't know."""
    return Told(event, "ping", _enveloped("ping", event, event.organization.public_id, {}))


def headers(*, delivery_id: str, body: str, secrets: Sequence[str], now: dt.datetime) -> dict[str, str]:
    """X-RecoverBiz-Signature: sha256=<hex HMAC of the body>, one for each secret that is valid now."""
    signatures = [hmac.new(secret.encode(), body.encode(), hashlib.sha256).hexdigest() for secret in secrets]
    return {"X-RecoverBiz-Signature": ",".join(f"sha256={signature}" for signature in signatures)}


def _names_and_data(event: Event, lead: Lead) -> list[tuple[str, Data]]:
    match event.name:
        case "lead.created":
            return [("lead.created", {**_shown(lead), "status": lead.stage.slot})]
        case "lead.stage_changed":
            return _status_change(event.data)
        case "message.received":
            return _reply(event, lead)
        case "checklist.item_collected":
            return _collected(event, lead)
        case "checklist.completed":
            return [("checklist.completed", {"progress": 1.0})]
        case "sequence.completed":
            return [("sequence.completed", {"sequence_id": event.data.get("sequence")})]
        case "conversation.started":
            return [(event.name, {"message_id": event.data["message"], "channel": event.data["channel"]})]
        case "conversation.handoff_requested":
            return [(event.name, {"message_id": event.data["message"], "reason": event.data["reason"]})]
    return []


def _shown(lead: Lead) -> Data:
    return {
        "name": lead.name or None,
        "email": lead.email or None,
        "source": lead.source_label or None,
        "external_id": lead.external_id or None,
    }


def _status_change(moved: Mapping[str, Any]) -> list[tuple[str, Data]]:
    """A move between two stages of one status is none to this contract."""
    if moved["previous_slot"] == moved["slot"]:
        return []
    return [("lead.status_changed", {"previous_status": moved["previous_slot"], "status": moved["slot"]})]


def _reply(event: Event, lead: Lead) -> list[tuple[str, Data]]:
    data = {"message_id": event.data["message"], "channel": event.data["channel"]}
    told = [("conversation.reply_received", data)]
    followed = Enrollment.objects.filter(lead=lead, status=EnrollmentStatus.ACTIVE)
    for sequence_id in followed.values_list("sequence__public_id", flat=True):
        told.append(("sequence.reply_received", {**data, "sequence_id": sequence_id}))
    return told


def _collected(event: Event, lead: Lead) -> list[tuple[str, Data]]:
    progress = checklists.progress_of(lead.organization, [lead.pk])[lead.pk]
    return [("checklist.item_collected", {"item": event.data["item"], "progress": progress.ratio})]


def _enveloped(name: str, event: Event, account: str, data: Data) -> str:
    envelope = {
        "id": f"evt_{new_uuid().hex}",
        "type": name,
        "account_id": account,
        "created_at": zulu(event.happened_at),
        "data": data,
    }
    return orjson.dumps(envelope).decode()
