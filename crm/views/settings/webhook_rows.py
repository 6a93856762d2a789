"""Webhooks and their deliveries as the pages tell of them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm import webhook_endpoints
from crm.models import DeliveryState, WebhookDelivery, WebhookEndpoint
from crm.views.settings import words
from crm.wording import spoken

type Said = tuple[str, str, str]  # badge, its colour, and a sentence


@dataclass(frozen=True, slots=True)
class EndpointRow:
    public_id: str
    link: str
    url: str
    contract: str
    events: str
    event_names: list[str]
    created: str
    state: str
    tone: str
    why: str
    is_active: bool
    is_partners: bool
    rotates_until: str


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    pk: int
    uuid: str
    link: str
    event_type: str
    at: str
    state: str
    tone: str
    what: str
    answer: str
    is_waiting: bool
    can_send_again: bool


def endpoint_row(endpoint: WebhookEndpoint, now: dt.datetime) -> EndpointRow:
    known = webhook_endpoints.events_of(endpoint.contract)
    state, tone, why = _health(endpoint)
    until = endpoint.previous_secret_until
    return EndpointRow(
        public_id=endpoint.public_id,
        link=reverse("crm:settings-webhook", args=[endpoint.public_id]),
        url=endpoint.url,
        contract=words.CONTRACTS[endpoint.contract],
        events=_("%(number)s of %(total)s events") % {"number": len(endpoint.events), "total": len(known)}
        if endpoint.events
        else _("All events"),
        event_names=endpoint.events or list(known),
        created=words.day(endpoint.created_at),
        state=state,
        tone=tone,
        why=why,
        is_active=endpoint.is_active,
        is_partners=endpoint.partner_id is not None,
        rotates_until=words.minute(until) if until and webhook_endpoints.is_rotating(endpoint, now) else "",
    )


def _health(endpoint: WebhookEndpoint) -> Said:
    if not endpoint.is_active:
        return _("Switched off"), "bad" if endpoint.switched_off_because else "", endpoint.switched_off_because
    if endpoint.failing_since:
        since = words.minute(endpoint.failing_since)
        return (
            _("Failing"),
            "warn",
            _("Nothing has arrived since %(since)s. After five such days it is switched off.") % {"since": since},
        )
    return _("Active"), "ok", ""


def delivery_row(delivery: WebhookDelivery, endpoint: WebhookEndpoint, now: dt.datetime) -> DeliveryRow:
    state, tone, what = _standing(delivery, now)
    has_ended = delivery.state in {DeliveryState.DELIVERED, DeliveryState.FAILED}
    return DeliveryRow(
        pk=delivery.pk,
        uuid=str(delivery.uuid),
        link=reverse("crm:settings-delivery", args=[endpoint.public_id, delivery.uuid]),
        event_type=delivery.event_type,
        at=words.minute(delivery.created_at),
        state=state,
        tone=tone,
        what=what,
        answer=delivery.last_answer,
        is_waiting=not has_ended,
        can_send_again=has_ended and endpoint.is_active,
    )


def _standing(delivery: WebhookDelivery, now: dt.datetime) -> Said:
    tries = ngettext("%(n)d attempt", "%(n)d attempts", delivery.attempts) % {"n": delivery.attempts}
    came = (
        _("it answered %(last_status)s") % {"last_status": delivery.last_status}
        if delivery.last_status
        else spoken(delivery.last_error) or _("nothing came back")
    )
    match delivery.state:
        case DeliveryState.DELIVERED:
            at = words.minute(delivery.delivered_at or delivery.created_at)
            return (
                _("Delivered"),
                "ok",
                _("Arrived %(at)s after %(tries)s: %(came)s") % {"at": at, "tries": tries, "came": came},
            )
        case DeliveryState.FAILED:
            return _("Failed"), "bad", _("Given up after %(tries)s: %(came)s") % {"tries": tries, "came": came}
        case DeliveryState.SENDING:
            return _("Sending"), "accent", _("On its way now")
    if not delivery.attempts:
        return _("Waiting"), "accent", _("A worker sends it in a moment")
    soon = _("now") if delivery.next_attempt_at <= now else words.minute(delivery.next_attempt_at)
    return (
        _("Waiting"),
        "warn",
        _("%(tries)s failed: %(came)s. Next attempt %(soon)s") % {"tries": tries, "came": came, "soon": soon},
    )
