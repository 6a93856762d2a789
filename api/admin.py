"""What the contracts remember between requests, to look at."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from api.models import KeptAnswer, RateWindow
from crm.admin.base import ORGANIZATION, Page
from crm.admin.settled import Settled


@admin.register(RateWindow)
class RateWindowAdmin(Settled):
    """How often a key has knocked. Deleting a row lets the key begin its window anew."""

    list_display = ("credential", "bucket", "requests", "opened_at")
    list_select_related = ("credential",)
    search_fields = ("credential__prefix", "bucket__startswith")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return Page.has_delete_permission(self, request, obj)


@admin.register(KeptAnswer)
class KeptAnswerAdmin(Settled):
    list_display = ("kept_at", "method", "address", "key", "status", "organization")
    list_filter = (ORGANIZATION, "method")
    list_select_related = ("organization",)
    search_fields = ("key__exact",)
    date_hierarchy = "kept_at"
    exclude = ("body",)
