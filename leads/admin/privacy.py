"""Holds, erasures and copies, to be looked at; they are made on the lead's own page."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from crm.admin.base import ORGANIZATION
from crm.admin.settled import Settled
from leads.models import BorrowerExport, ErasedAddress, ErasedLead, LegalHold, RetentionRule


@admin.display(description=_("lead"))
def lead_number(row: LegalHold | ErasedLead | BorrowerExport) -> int:
    """Its name may be erased, and is not asked for."""
    return row.lead_id


@admin.register(LegalHold)
class LegalHoldAdmin(Settled):
    list_display = ("placed_at", lead_number, "reason", "placed_by", "lifted_at", "lifted_by", "organization")
    list_filter = (ORGANIZATION,)
    list_select_related = ("organization",)
    raw_id_fields = ("lead",)
    search_fields = ("lead_id__exact",)


@admin.register(ErasedLead)
class ErasedLeadAdmin(Settled):
    list_display = ("erased_at", lead_number, "erased_by", "organization")
    list_filter = (ORGANIZATION,)
    list_select_related = ("organization",)
    raw_id_fields = ("lead",)
    search_fields = ("lead_id__exact",)


@admin.register(ErasedAddress)
class ErasedAddressAdmin(Settled):
    list_display = ("since", "kind", "organization")
    list_filter = (ORGANIZATION, "kind")
    list_select_related = ("organization",)


@admin.register(BorrowerExport)
class BorrowerExportAdmin(Settled):
    list_display = ("created_at", lead_number, "state", "size", "expires_at", "organization")
    list_filter = (ORGANIZATION, "state")
    list_select_related = ("organization",)
    exclude = ("file",)


@admin.register(RetentionRule)
class RetentionRuleAdmin(Settled):
    list_display = ("organization", "kind", "days", "next_at", "set_by", "set_at")
    list_filter = (ORGANIZATION, "kind")
    list_select_related = ("organization",)
