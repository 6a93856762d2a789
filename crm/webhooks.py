"""
Tell customers what happened: file a delivery in the transaction that made it true, then send it until it arrives.

Each contract has its own voice (settings.WEBHOOK_VOICES): a module with compose(events), which says what its customers
are told, and headers(...), which signs it.
"""

from __future__ import annotations

import base64
import datetime as dt
import random
import uuid
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any, Protocol, cast

from django.conf import settings
from django.db.models import Exists, F, Min, OuterRef, Q, QuerySet
from standardwebhooks import Webhook

from crm import outbound, reach
from crm.events import EVERYTHING, listen
from crm.models import DeliveryState, Event, Organization, WebhookDelivery, WebhookEndpoint
from crm.models.webhook import new_secret
from crm.observing import metrics
from crm.tasks import nudge_webhooks
from crm.webhook_health import note_failure, note_success

LEASE = dt.timedelta(seconds=60)
OVERLAP = dt.timedelta(days=1)
AT_ONCE = 8
#: From one attempt to the next: ten attempts in all, over about three days.
PAUSES = [dt.timedelta(minutes=minutes) for minutes in (0.2, 1, 5, 20, 60, 180, 480, 1440, 2160)]


@dataclass(frozen=True, slots=True)
class Told:
    """What one event is to one contract's customers; body is what goes over the wire."""

    event: Event
    type: str
    body: str


class Voice(Protocol):
    """A contract's own words for events."""

    #: The names of what it tells.
    EVENTS: Sequence[str]

    def compose(self, events: Sequence[Event]) -> list[Told]:
        """What customers are told of these events of one organisation; nothing for those they don't know."""
        ...

    def ping(self, event: Event) -> Told:
        """A message that says nothing but that it arrives, in the contract's envelope."""
        ...

    def headers(self, *, delivery_id: str, body: str, secrets: Sequence[str], now: dt.datetime) -> dict[str, str]:
        """The contract's own signature headers."""
        ...


@cache
def voice_of(contract: str) -> Voice:
    return cast(Voice, import_module(settings.WEBHOOK_VOICES[contract]))


_SOMEBODY_LISTENS = Exists(
    WebhookEndpoint.objects.filter(
        Q(organization=OuterRef("organization"))
        | Q(partner__in=Organization.objects.filter(pk=OuterRef(OuterRef("organization"))).values("partner")),
        is_active=True,
    )
)


@listen(EVERYTHING, only_if=_SOMEBODY_LISTENS)
def file_deliveries(events: Sequence[Event]) -> None:
    """One row for each endpoint that wants to hear of an event. At most one statement when nobody does."""
    events = [event for event in events if "webhooks" not in event.data.get("unheard", ())]
    if not events:
        return
    rows: list[WebhookDelivery] = []
    for (organization_id, contract), listening in _listeners_to({event.organization_id for event in events}).items():
        if contract not in settings.WEBHOOK_VOICES:
            continue
        own = [event for event in events if event.organization_id == organization_id]
        for told in voice_of(contract).compose(own):
            rows += [_delivery(each, told) for each in listening if each.wants(told.type)]
    if rows:
        WebhookDelivery.objects.bulk_create(rows, batch_size=500)
        nudge_webhooks()


def _listeners_to(organization_ids: set[int]) -> dict[tuple[int, str], list[WebhookEndpoint]]:
    """By organisation and contract, its own endpoints and those of its partner."""
    organizations = Organization.objects.filter(pk__in=organization_ids)
    of_anybody = Q(organization__in=organization_ids) | Q(partner__in=organizations.values("partner"))
    endpoints = list(WebhookEndpoint.objects.filter(of_anybody, is_active=True).order_by("pk"))
    by_partner: dict[int | None, list[int]] = {}
    if any(endpoint.partner_id for endpoint in endpoints):
        for pk, partner_id in organizations.order_by("pk").values_list("pk", "partner_id"):
            by_partner.setdefault(partner_id, []).append(pk)
    listeners: dict[tuple[int, str], list[WebhookEndpoint]] = {}
    for each in endpoints:
        for pk in by_partner[each.partner_id] if each.organization_id is None else [each.organization_id]:
            listeners.setdefault((pk, each.contract), []).append(each)
    return listeners


def file_one(endpoint: WebhookEndpoint, told: Told) -> WebhookDelivery:
    """One message for one endpoint, whether or not it asked for such events."""
    row = _delivery(endpoint, told)
    row.save(force_insert=True)
    nudge_webhooks()
    return row


def _delivery(endpoint: WebhookEndpoint, told: Told) -> WebhookDelivery:
    return WebhookDelivery(
        organization_id=told.event.organization_id,
        endpoint=endpoint,
        event=told.event,
        event_type=told.type,
        body=told.body,
        next_attempt_at=told.event.happened_at,
        created_at=told.event.happened_at,
    )


def send_again(delivery: WebhookDelivery, *, now: dt.datetime) -> WebhookDelivery:
    """The same message once more, as a delivery of its own; receivers know its id from the body."""
    again = WebhookDelivery.objects.create(
        organization_id=delivery.organization_id,
        endpoint_id=delivery.endpoint_id,
        event_id=delivery.event_id,
        event_type=delivery.event_type,
        body=delivery.body,
        next_attempt_at=now,
        created_at=now,
    )
    nudge_webhooks()
    return again


def rotate_secret(endpoint: WebhookEndpoint, *, now: dt.datetime) -> str:
    """A new signing secret, returned; the old one signs beside it for a day."""
    endpoint.previous_secret, endpoint.previous_secret_until = endpoint.secret, now + OVERLAP
    endpoint.secret = new_secret()
    endpoint.save(update_fields=["secret", "previous_secret", "previous_secret_until"])
    return endpoint.secret


def deliver_due(now: dt.datetime, *, limit: int = AT_ONCE) -> int:
    """Send up to limit deliveries that are due, side by side; how many were tried. Safe to run anywhere, any time."""
    with reach.everybody():
        claimed = _claim(now, limit)
    if not claimed:
        return 0
    with ThreadPoolExecutor(AT_ONCE) as pool:
        results = list(pool.map(lambda delivery: _attempt(delivery, now), claimed))
    for delivery, result in zip(claimed, results, strict=True):
        with reach.of(delivery.organization_id):
            _write_down(delivery, result, now)
    return len(claimed)


def _claim(now: dt.datetime, limit: int) -> list[WebhookDelivery]:
    """A conditional update hands each delivery to one sender; a sender that dies loses it when its lease ends."""
    token = uuid.uuid4()
    due = WebhookDelivery.objects.filter(
        state__in=[DeliveryState.QUEUED, DeliveryState.SENDING], next_attempt_at__lte=now
    )
    for pk, state, seen, attempts in _chosen(due, limit).values_list("pk", "state", "lease", "attempts"):
        mine = WebhookDelivery.objects.filter(pk=pk, state=state, lease=seen, next_attempt_at__lte=now)
        if attempts > len(PAUSES):  # the last of its senders died with it
            mine.update(state=DeliveryState.FAILED, lease=None, last_error="Whoever sent it stopped, again and again.")
            continue
        mine.update(state=DeliveryState.SENDING, lease=token, attempts=F("attempts") + 1, next_attempt_at=now + LEASE)
    return list(WebhookDelivery.objects.filter(lease=token).select_related("endpoint").order_by("pk"))


def _chosen(due: QuerySet[WebhookDelivery], limit: int) -> QuerySet[WebhookDelivery]:
    """
    The oldest whose endpoints answer. Only when there are none, one for each endpoint that fails.

    Else whoever is told of a thousand leads and does not answer would keep everybody else from hearing of theirs.
    """
    in_order = due.order_by("next_attempt_at", "pk")
    answering = in_order.filter(Q(endpoint__failing_since=None) | Q(endpoint__is_active=False))[:limit]
    if answering.exists():
        return answering
    failing = due.values("endpoint").annotate(since=Min("next_attempt_at")).order_by("since")[:limit]
    firsts = [in_order.filter(endpoint=each["endpoint"]).values("pk")[:1] for each in failing]
    return in_order.filter(pk__in=[row["pk"] for first in firsts for row in first])


def _attempt(delivery: WebhookDelivery, now: dt.datetime) -> outbound.Answer | Exception:
    """One POST, in a thread that never touches the database."""
    endpoint = delivery.endpoint
    if not endpoint.is_active:
        return outbound.Forbidden("The endpoint is switched off.")
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Leadwright-Webhooks/1",
        **_standard_headers(delivery, now),
        **voice_of(endpoint.contract).headers(
            delivery_id=str(delivery.uuid), body=delivery.body, secrets=endpoint.secrets(now), now=now
        ),
    }
    try:
        return outbound.post(endpoint.url, delivery.body.encode(), headers)
    except (outbound.Forbidden, outbound.Unreachable) as error:
        return error


def _standard_headers(delivery: WebhookDelivery, now: dt.datetime) -> dict[str, str]:
    """Standard Webhooks: the secret's bytes sign id, seconds and body; in a rotation there are two signatures."""
    name = f"msg_{delivery.uuid.hex}"
    signatures = [
        Webhook(base64.b64encode(secret.encode()).decode()).sign(name, now, delivery.body)
        for secret in delivery.endpoint.secrets(now)
    ]
    return {
        "webhook-id": name,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


def _write_down(delivery: WebhookDelivery, result: outbound.Answer | Exception, now: dt.datetime) -> None:
    status = result.status if isinstance(result, outbound.Answer) else None
    changes: dict[str, Any] = {
        "last_status": status,
        "last_error": "" if status else str(result)[:255],
        "last_answer": result.excerpt if isinstance(result, outbound.Answer) else "",
        "lease": None,
    }
    if status and 200 <= status < 300:
        changes |= {"state": DeliveryState.DELIVERED, "delivered_at": now}
    elif status == 410 or delivery.attempts > len(PAUSES) or isinstance(result, outbound.Forbidden):
        changes |= {"state": DeliveryState.FAILED}
    else:
        changes |= {"state": DeliveryState.QUEUED, "next_attempt_at": now + _pause(delivery.attempts)}
    held = Q(pk=delivery.pk, lease=delivery.lease, state=DeliveryState.SENDING)
    if not WebhookDelivery.objects.filter(held).update(**changes):
        return
    metrics.count(metrics.DELIVERIES, str(changes["state"]))
    if changes["state"] == DeliveryState.DELIVERED:
        note_success(delivery.endpoint)
    else:
        note_failure(delivery.endpoint, is_gone=status == 410, now=now)


def _pause(attempts: int) -> dt.timedelta:
    return PAUSES[min(attempts, len(PAUSES)) - 1] * random.uniform(0.85, 1.15)  # noqa: S311
