"""Lists of leads to dial, and who is dialled next."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from crm.admin.base import ORGANIZATION
from crm.admin.settled import PlainDelete, Settled
from leads.models import Campaign, DialList, DialSession, Disposition, HopperEntry


@admin.register(Campaign)
class CampaignAdmin(PlainDelete):
    list_display = ("name", "id", "is_active", "organization", "created_at")
    list_filter = (ORGANIZATION, "is_active")
    list_select_related = ("organization",)
    search_fields = ("name", "id__exact")
    readonly_fields = ("created_at",)
    ordering = ("-pk",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return (*self.readonly_fields, "organization") if obj else self.readonly_fields


@admin.register(DialList)
class DialListAdmin(PlainDelete):
    list_display = ("name", "id", "campaign", "is_active", "organization", "created_at")
    list_filter = (ORGANIZATION, "is_active")
    list_select_related = ("organization", "campaign")
    search_fields = ("name", "id__exact")
    readonly_fields = ("created_at",)
    ordering = ("-pk",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return (*self.readonly_fields, "organization") if obj else self.readonly_fields


@admin.register(HopperEntry)
class HopperEntryAdmin(Settled):
    list_display = ("lead", "priority", "expires_at", "created_at", "organization")
    list_filter = (ORGANIZATION,)
    list_select_related = ("lead", "organization")


@admin.register(Disposition)
class DispositionAdmin(PlainDelete):
    list_display = ("label", "outcome", "does", "retry_after", "position", "organization")
    list_filter = (ORGANIZATION, "outcome", "does")
    list_select_related = ("organization",)
    search_fields = ("label",)
    readonly_fields = ("uuid",)
    ordering = ("organization", "position", "pk")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("uuid", "organization") if obj else ("uuid",)


@admin.register(DialSession)
class DialSessionAdmin(Settled):
    list_display = ("advisor", "source", "started_at", "paused_at", "ended_at", "organization")
    list_filter = (ORGANIZATION,)
    list_select_related = ("advisor__user", "organization")
