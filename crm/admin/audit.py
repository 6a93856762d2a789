"""The audit log, as staff see it; `manage.py verify_audit` checks it."""

from __future__ import annotations

from django.contrib import admin

from crm.admin.base import ORGANIZATION
from crm.admin.settled import Settled
from crm.models import AuditChain, AuditEntry, AuditMark, LogInTry


@admin.register(AuditEntry)
class AuditEntryAdmin(Settled):
    list_display = ("number", "happened_at", "name", "lead_id", "actor_kind", "actor_label", "organization")
    list_filter = (ORGANIZATION, "actor_kind")
    list_select_related = ("organization",)
    search_fields = ("lead_id__exact", "name__exact", "hash__exact")


@admin.register(AuditChain)
class AuditChainAdmin(Settled):
    list_display = ("organization", "number", "hash", "chained_at", "verified", "verified_at", "broken")
    list_filter = (ORGANIZATION,)
    list_select_related = ("organization",)
    exclude = ("locked_key", "names")


@admin.register(AuditMark)
class AuditMarkAdmin(Settled):
    list_display = ("source", "mark", "settled")


@admin.register(LogInTry)
class LogInTryAdmin(Settled):
    list_display = ("digest", "tries", "opened_at")
    ordering = ("-opened_at",)
