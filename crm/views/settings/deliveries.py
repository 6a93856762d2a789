"""One webhook's log: what was told, what came back, what is sent once more."""

from __future__ import annotations

import datetime as dt
import json
import uuid as uuids
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from crm import webhook_endpoints
from crm.access import AdvisorRequest
from crm.models import WebhookDelivery, WebhookEndpoint
from crm.views.settings.door import manager_required, page
from crm.views.settings.tickets import new_ticket
from crm.views.settings.webhook_rows import delivery_row, endpoint_row
from crm.views.settings.webhooks import by_whom, changeable_endpoint_of, endpoint_of
from crm.webhook_endpoints import WebhookRefused

PAGE = 25
#: A log that is refreshed grows at its top; this much of it is drawn again.
MOST_REFRESHED = 100
_LARGEST = 2**63 - 1
#: Waiting for longer than this is nothing to watch the page for.
_SOON = dt.timedelta(minutes=1)


@manager_required
@require_safe
def webhook(request: AdvisorRequest, public_id: str) -> HttpResponse:
    """All about a webhook. htmx gets only rows: ?before=<row> older ones, ?from=<row> those down to that one again."""
    endpoint, now = endpoint_of(request, public_id), timezone.now()
    older_than, down_to = _row(request.GET.get("before")), _row(request.GET.get("from"))
    log = _log(request, endpoint)
    is_part = bool(request.htmx)  # type: ignore[attr-defined]
    context: dict[str, Any] = {"may_change": webhook_endpoints.is_changed_by(request.advisor.organization, endpoint)}
    if is_part and down_to:
        return render(request, "crm/settings/_log.html", context | _again(log, endpoint, down_to, now))
    context |= _page_of(log, endpoint, older_than, now)
    if is_part:
        return render(request, "crm/settings/_older.html", context)
    return page(request, "webhooks", "webhook", context | {"ticket": new_ticket(request)})


def _row(given: str | None) -> int:
    """A row's number, or 0 for anything else."""
    is_number = given and given.isascii() and given.isdigit() and len(given) < 20
    return min(int(given), _LARGEST) if given and is_number else 0


def _log(request: AdvisorRequest, endpoint: WebhookEndpoint) -> QuerySet[WebhookDelivery]:
    """What it was told of the organisation; what a partner's endpoint hears of others is theirs."""
    return _deliveries(request, endpoint).defer("body").order_by("-id")


def _deliveries(request: AdvisorRequest, endpoint: WebhookEndpoint) -> QuerySet[WebhookDelivery]:
    return WebhookDelivery.objects.filter(endpoint=endpoint, organization=request.advisor.organization)


def _page_of(
    log: QuerySet[WebhookDelivery], endpoint: WebhookEndpoint, older_than: int, now: dt.datetime
) -> dict[str, Any]:
    found = list((log.filter(pk__lt=older_than) if older_than else log)[: PAGE + 1])
    context = _drawn(found[:PAGE], endpoint, now)
    return context | {
        "older_than": older_than,
        "is_moving": context["is_moving"] and not older_than,
        "next_before": found[PAGE - 1].pk if len(found) > PAGE else 0,
    }


def _again(log: QuerySet[WebhookDelivery], endpoint: WebhookEndpoint, down_to: int, now: dt.datetime) -> dict[str, Any]:
    return _drawn(list(log.filter(pk__gte=down_to)[:MOST_REFRESHED]), endpoint, now) | {"down_to": down_to}


def _drawn(found: list[WebhookDelivery], endpoint: WebhookEndpoint, now: dt.datetime) -> dict[str, Any]:
    rows = [delivery_row(each, endpoint, now) for each in found]
    is_moving = any(
        row.is_waiting and each.next_attempt_at <= now + _SOON for row, each in zip(rows, found, strict=True)
    )
    return {
        "webhook": endpoint_row(endpoint, now),
        "deliveries": rows,
        "down_to": found[-1].pk if found else 0,
        "is_moving": is_moving,
    }


def _delivery(request: AdvisorRequest, endpoint: WebhookEndpoint, uuid: uuids.UUID) -> WebhookDelivery:
    return get_object_or_404(_deliveries(request, endpoint), uuid=uuid)


@manager_required
@require_safe
def delivery(request: AdvisorRequest, public_id: str, uuid: uuids.UUID) -> HttpResponse:
    """One message: its body as it went over the wire, set out for reading, and what was answered."""
    endpoint = endpoint_of(request, public_id)
    found, now = _delivery(request, endpoint, uuid), timezone.now()
    context = {
        "webhook": endpoint_row(endpoint, now),
        "delivery": delivery_row(found, endpoint, now),
        "may_change": webhook_endpoints.is_changed_by(request.advisor.organization, endpoint),
        "body": json.dumps(json.loads(found.body), indent=2, ensure_ascii=False),
    }
    return page(request, "webhooks", "delivery", context)


@manager_required
@require_POST
def again(request: AdvisorRequest, public_id: str, uuid: uuids.UUID) -> HttpResponse:
    """File the same message once more."""
    endpoint = changeable_endpoint_of(request, public_id)
    try:
        webhook_endpoints.send_again(_delivery(request, endpoint, uuid), endpoint=endpoint, **by_whom(request))
        messages.success(request, _("Filed once more; it is sent in a moment"))
    except WebhookRefused as refused:
        messages.error(request, refused.words)
    return redirect("crm:settings-webhook", public_id)


@manager_required
@require_POST
def test_event(request: AdvisorRequest, public_id: str) -> HttpResponse:
    """File a ping."""
    try:
        webhook_endpoints.send_test(changeable_endpoint_of(request, public_id), **by_whom(request))
        messages.success(request, _("A test event is filed; it is sent in a moment"))
    except WebhookRefused as refused:
        messages.error(request, refused.words)
    return redirect("crm:settings-webhook", public_id)
