"""What is asked of borrowers, and what they handed in."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from crm.admin.base import ORGANIZATION
from crm.admin.settled import PlainDelete, Settled
from leads.models import ChecklistItem, Document, Merge, Requirement, UploadLink


@admin.register(Requirement)
class RequirementAdmin(PlainDelete):
    """Asked of every lead of the organisation. What was collected stays when it is deleted."""

    list_display = ("name", "kind", "position", "is_active", "organization")
    list_filter = (ORGANIZATION, "kind", "is_active")
    list_select_related = ("organization",)
    search_fields = ("name",)
    ordering = ("organization", "position", "pk")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("organization",) if obj else ()


@admin.register(ChecklistItem)
class ChecklistItemAdmin(Settled):
    list_display = ("name", "lead", "kind", "status", "value", "collected_at", "organization")
    list_filter = (ORGANIZATION, "kind", "status")
    list_select_related = ("lead", "organization")


@admin.register(Document)
class DocumentAdmin(Settled):
    """Which there are. The file itself is had on the lead's page, by whoever may see the lead."""

    list_display = ("name", "item", "content_type", "size", "uploaded_by", "uploaded_at", "organization")
    exclude = ("file",)
    list_filter = (ORGANIZATION,)
    list_select_related = ("item", "uploaded_by__user", "organization")
    search_fields = ("name", "=sha256")


@admin.register(UploadLink)
class UploadLinkAdmin(Settled):
    """Who was asked for papers. The address is signed, and shown on the lead's page alone."""

    list_display = ("lead", "created_by_label", "created_at", "expires_at", "revoked_at", "opened_at", "organization")
    list_filter = (ORGANIZATION,)
    list_select_related = ("lead", "organization")


@admin.register(Merge)
class MergeAdmin(Settled):
    list_display = ("kept", "merged", "merged_by", "merged_at", "undone_by", "undone_at", "organization")
    list_filter = (ORGANIZATION,)
    list_select_related = ("kept", "merged", "organization")
