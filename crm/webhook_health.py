"""An endpoint that keeps failing is switched off, and its owners are told."""

from __future__ import annotations

import datetime as dt
import logging

from django.conf import settings
from django.core.mail import send_mail

from crm import events
from crm.models import Actor, Advisor, Role, WebhookEndpoint

log = logging.getLogger(__name__)

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
        )
        for organization_id in organizations
    )
    if len(organizations) == 1:  # a partner's receiver is nothing that the managers of its many accounts could mend
        _tell_owners(endpoint, organizations[0], why)


def _tell_owners(endpoint: WebhookEndpoint, organization_id: int, why: str) -> None:
    owners = Advisor.objects.filter(organization=organization_id, role__in=[Role.MANAGER, Role.ADMIN], is_active=True)
    letter = (
        "A webhook was switched off",
        f"Leadwright no longer sends events to {endpoint.url}.\n\n{why}\n\nMend the receiver, then switch it on again.",
        settings.DEFAULT_FROM_EMAIL,
        list(owners.values_list("user__email", flat=True)),
    )
    try:
        send_mail(*letter)
    except OSError:  # the fact is recorded; no letter is worth a delivery
        log.warning("could not tell the owners of %s", endpoint.public_id, exc_info=True)
