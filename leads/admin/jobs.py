"""Jobs over many leads, the views of the list that people keep, and files that nobody holds any more."""

from django.contrib import admin

from crm.admin.base import ORGANIZATION
from crm.admin.settled import Settled
from leads.models import BulkJob, BulkRow, ImportKey, ImportMapping, LeadImport, LooseFile, SavedView


@admin.register(BulkJob)
class BulkJobAdmin(Settled):
    list_display = ("created_at", "title", "actor_label", "state", "total", "done", "refused", "undone", "organization")
    list_filter = (ORGANIZATION, "state")
    list_select_related = ("organization",)
    search_fields = ("uuid__exact",)


@admin.register(BulkRow)
class BulkRowAdmin(Settled):
    list_display = ("job", "number", "state", "reason")
    list_select_related = ("job",)


@admin.register(SavedView)
class SavedViewAdmin(Settled):
    list_display = ("name", "page", "advisor", "is_shared", "organization")
    list_filter = (ORGANIZATION, "page")
    list_select_related = ("advisor__user", "organization")


@admin.register(LooseFile)
class LooseFileAdmin(Settled):
    list_display = ("name", "not_before")


@admin.register(LeadImport)
class LeadImportAdmin(Settled):
    list_display = ("name", "job", "created", "updated", "blank_rows", "is_read")
    list_select_related = ("job",)


@admin.register(ImportKey)
class ImportKeyAdmin(Settled):
    list_display = ("key", "number", "job")
    list_select_related = ("job",)


@admin.register(ImportMapping)
class ImportMappingAdmin(Settled):
    list_display = ("organization", "used_at")
    list_filter = (ORGANIZATION,)
    list_select_related = ("organization",)
