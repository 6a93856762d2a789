"""What is asked of borrowers, and what they handed in."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from crm.admin.settled import PlainDelete, Settled
from leads.models import ChecklistItem, Document, Requirement


@admin.register(Requirement)
class RequirementAdmin(PlainDelete):
    """Asked of every lead of the organisation. What was collected stays when it is deleted."""

    list_display = ("name", "kind", "position", "is_active", "organization")
    list_filter = ("organization", "kind", "is_active")
    list_select_related = ("organization",)
    search_fields = ("name",)
    autocomplete_fields = ("organization",)
    ordering = ("organization", "position", "pk")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("organization",) if obj else ()


@admin.register(ChecklistItem)
class ChecklistItemAdmin(Settled):
    list_display = ("name", "lead", "kind", "status", "value", "collected_at", "organization")
    list_filter = ("organization", "kind", "status")
    list_select_related = ("lead", "organization")
    raw_id_fields = ("lead",)


@admin.register(Document)
class DocumentAdmin(Settled):
    list_display = ("name", "item", "content_type", "size", "uploaded_by", "uploaded_at", "organization")
    list_filter = ("organization", "content_type")
    list_select_related = ("item", "uploaded_by__user", "organization")
    search_fields = ("name", "=sha256")
