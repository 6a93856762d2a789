"""Webhook endpoints: what callers send and get back."""

from __future__ import annotations

from typing import Any

from api.recoverbiz.values import Body, given_of, text
from api.recoverbiz.webhooks import EVENTS
from crm.models import WebhookEndpoint
from leads.errors import InvalidValue

_LONGEST_URL, _LONGEST_SECRET = 2000, 255


def new_webhook(body: Body) -> dict[str, Any]:
    """{url, events, secret}, all of them required, for crm.webhook_endpoints.create."""
    given = given_of(body, "url", "events", "secret")
    secret = text(given["secret"], "secret", _LONGEST_SECRET)
    if not secret.strip():
        raise InvalidValue("secret must not be empty", field="secret")
    return {"url": text(given["url"], "url", _LONGEST_URL), "wanted": _events(given["events"]), "secret": secret}


def _events(given: object) -> list[str]:
    if not isinstance(given, list) or not given:
        raise InvalidValue("events must be an array with at least one event", field="events")
    for index, name in enumerate(given):
        if not isinstance(name, str) or name not in EVENTS:
            raise InvalidValue(f"events[{index}] must be one of {', '.join(EVENTS)}", field=f"events[{index}]")
    return given


def webhook(row: WebhookEndpoint) -> dict[str, Any]:
    """The secret is shown to nobody again."""
    return {
        "id": row.public_id,
        "url": row.url,
        "events": row.events or list(EVENTS),
        "active": row.is_active,
        "created_at": row.created_at,
    }
