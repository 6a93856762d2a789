"""Stages with their totals, and tags."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from crm.admin.base import ORGANIZATION
from crm.admin.exporting import Exported
from crm.admin.settled import PlainDelete, Settled
from leads.models import Lead, LeadTag, Stage, StageTally, Tag


@admin.register(Stage)
class StageAdmin(Exported, PlainDelete):
    list_display = ("label", "key", "slot", "position", "is_terminal", "asks_for", "color", "organization")
    list_filter = (ORGANIZATION, "slot", "is_terminal")
    export_columns = ("organization__public_id", "key", "label", "slot", "position", "is_terminal", "asks_for", "color")
    export_related = ("organization",)
    list_select_related = ("organization",)
    search_fields = ("label", "key")
    readonly_fields = ("uuid",)
    ordering = ("organization", "position", "pk")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("uuid", "organization") if obj else ("uuid",)

    def protected_by(self, obj: Any) -> list[str]:
        has_leads = Lead.objects.filter(organization=obj.organization_id, stage=obj).exists()
        return [f"{obj} still has leads, or deleted ones that remember it."] if has_leads else []


@admin.register(StageTally)
class StageTallyAdmin(Settled):
    list_display = ("stage", "leads", "answering", "requested", "departed", "advanced", "organization")
    list_filter = (ORGANIZATION,)
    list_select_related = ("stage", "organization")


@admin.register(Tag)
class TagAdmin(Exported, PlainDelete):
    list_display = ("name", "organization")
    export_columns = ("organization__public_id", "name")
    export_related = ("organization",)
    list_filter = (ORGANIZATION,)
    list_select_related = ("organization",)
    search_fields = ("name",)
    ordering = ("name", "pk")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("organization",) if obj else ()


@admin.register(LeadTag)
class LeadTagAdmin(Settled):
    """A lead's tags are changed on the lead."""

    list_display = ("lead", "tag")
    list_select_related = ("lead", "tag")
