"""Where customers are told of what happens, and whether it arrived. Signing secrets are shown nowhere here."""

from __future__ import annotations

from django.contrib import admin

from crm.admin.base import ORGANIZATION
from crm.admin.settled import Settled
from crm.models import WebhookDelivery, WebhookEndpoint


@admin.register(WebhookEndpoint)
class WebhookEndpointAdmin(Settled):
    list_display = (
        "public_id",
        "url",
        "contract",
        "is_active",
        "failing_since",
        "switched_off_because",
        "organization",
        "partner",
    )
    list_filter = (ORGANIZATION, "contract", "is_active")
    list_select_related = ("organization", "partner")
    search_fields = ("public_id__exact", "url")
    exclude = ("secret", "previous_secret")


@admin.register(WebhookDelivery)
class WebhookDeliveryAdmin(Settled):
    list_display = (
        *("created_at", "event_type", "endpoint", "state", "attempts", "last_status", "last_error"),
        *("delivered_at", "organization"),
    )
    list_filter = (ORGANIZATION, "state")
    list_select_related = ("endpoint", "organization")
    search_fields = ("uuid__exact", "endpoint__public_id__exact")
    exclude = ("lease",)
