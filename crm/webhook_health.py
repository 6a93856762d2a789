"""An endpoint that keeps failing is switched off; whoever listens to that fact tells its owners."""

from __future__ import annotations

import datetime as dt

from crm import events
from crm.models import Actor, WebhookEndpoint

PATIENCE = dt.timedelta(days=5)


def note_success(endpoint: WebhookEndpoint) -> None:
    WebhookEndpoint.objects.filter(pk=endpoint.pk, failing_since__isnull=False).update(failing_since=None)


def note_failure(endpoint: WebhookEndpoint, *, is_gone: bool, now: dt.datetime) -> None:
    """A first failure starts the clock; five days of nothing else, or a 410, end the attempts."""
    active = WebhookEndpoint.objects.filter(pk=endpoint.pk, is_active=True)
    active.filter(failing_since=None).update(failing_since=now)
    failing_since = active.values_list("failing_since", flat=True).first()
    if failing_since is None:  # deleted or switched off meanwhile
        return
    if is_gone:
        _switch_off(endpoint, "It answered that it is gone for good (410).", now)
    elif failing_since <= now - PATIENCE:
        _switch_off(endpoint, f"Nothing has arrived for {PATIENCE.days} days.", now)


def _switch_off(endpoint: WebhookEndpoint, why: str, now: dt.datetime) -> None:
    if not WebhookEndpoint.objects.filter(pk=endpoint.pk, is_active=True).update(
        is_active=False, switched_off_because=why
    ):
        return
    endpoint.is_active = False
    organizations = endpoint.organization_ids()
    events.record_all(
        events.fact(
            "webhook.switched_off",
            organization=organization_id,
            by=Actor.system(),
            now=now,
            endpoint=endpoint.public_id,
            url=endpoint.url,
            reason=why,
            is_partners=len(organizations) > 1,
        )
        for organization_id in organizations
    )
