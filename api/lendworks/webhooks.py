"""What LendWorks' customers are told of events, and how that is signed. Contract: docs/api/lendworks.md, webhooks."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import orjson

from api.bodies import zulu
from crm.identifiers import new_uuid
from crm.models import ActorKind, Advisor, Event
from crm.webhooks import Told
from leads.models import Lead

type Data = dict[str, Any]

#: The events of this contract, what each means, and the names in its data.
CATALOG: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "lead.created": (
        "A lead was created, by any channel: the page, an API, a form, a file, a dialer",
        ("leadId", "orgId", "businessName", "contactFirstName", "contactLastName", "email", "source", "priority",
         "stageId", "advisorId"),
    ),
    "lead.status_changed": (
        "A lead was moved to another stage",
        ("leadId", "orgId", "previousStageId", "previousStageLabel", "newStageId", "newStageLabel", "changedBy"),
    ),
}  # fmt: skip
EVENTS = tuple(CATALOG)


def compose(events: Sequence[Event]) -> list[Told]:
    """lead.created and lead.status_changed, whatever door they came through. At most three statements."""
    known = [event for event in events if event.name in _TELLERS]
    if not known:
        return []
    leads = Lead.objects.select_related("advisor", "organization", "stage").in_bulk(
        [event.lead_id for event in known if event.lead_id]
    )
    people = _people(known)
    told = []
    for event in known:
        lead = leads.get(event.lead_id or 0)
        if lead is not None:
            name, tell = _TELLERS[event.name]
            told.append(Told(event, name, _enveloped(name, event, tell(event, lead, people))))
    return told


def ping(event: Event) -> Told:
    """No event of the contract's: receivers answer 2xx to what they don't know."""
    return Told(event, "ping", _enveloped("ping", event, {"orgId": event.organization.public_id}))


def headers(*, delivery_id: str, body: str, secrets: Sequence[str], now: dt.datetime) -> dict[str, str]:
    """x-webhook-*: the signature is sha256=<hex HMAC of "<unix seconds>.<body>">, with the newest secret."""
    seconds = str(int(now.timestamp()))
    signatures = [
        hmac.new(secret.encode(), f"{seconds}.{body}".encode(), hashlib.sha256).hexdigest() for secret in secrets
    ]
    found = {
        "x-webhook-id": delivery_id,
        "x-webhook-timestamp": seconds,
        "x-webhook-signature": f"sha256={signatures[0]}",
    }
    if len(signatures) > 1:
        found["x-webhook-signature-previous"] = f"sha256={signatures[1]}"
    return found


def _enveloped(name: str, event: Event, data: Data) -> str:
    envelope = {"id": f"evt_{new_uuid()}", "event": name, "timestamp": zulu(event.happened_at), "data": data}
    return orjson.dumps(envelope).decode()


def _created(event: Event, lead: Lead, people: Mapping[int, str]) -> Data:
    return {
        "leadId": str(lead.uuid),
        "orgId": lead.organization.public_id,
        "businessName": lead.business_name or None,
        "contactFirstName": lead.first_name or None,
        "contactLastName": lead.last_name or None,
        "email": lead.email or None,
        "source": lead.source,
        "priority": lead.priority,
        "stageId": str(lead.stage.uuid),
        "advisorId": str(lead.advisor.uuid) if lead.advisor else None,
    }


def _moved(event: Event, lead: Lead, people: Mapping[int, str]) -> Data:
    return {
        "leadId": str(lead.uuid),
        "orgId": lead.organization.public_id,
        "previousStageId": event.data["previous_stage"],
        "previousStageLabel": event.data["previous_label"],
        "newStageId": event.data["stage"],
        "newStageLabel": event.data["label"],
        "changedBy": people.get(event.actor_id or 0) or event.actor_label,
    }


def _people(events: Sequence[Event]) -> dict[int, str]:
    ids = {event.actor_id for event in events if event.actor_kind == ActorKind.ADVISOR and event.actor_id}
    return {pk: str(uuid) for pk, uuid in Advisor.objects.filter(pk__in=ids).values_list("pk", "uuid")} if ids else {}


_TELLERS: dict[str, tuple[str, Callable[[Event, Lead, Mapping[int, str]], Data]]] = {
    "lead.created": ("lead.created", _created),
    "lead.stage_changed": ("lead.status_changed", _moved),
}
