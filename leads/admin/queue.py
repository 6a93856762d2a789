"""Whose a lead is just now, and what was put off: rows that end by themselves."""

from django.contrib import admin

from crm.admin.base import ORGANIZATION
from crm.admin.settled import Settled
from leads.models import QueueClaim, QueueMark


@admin.register(QueueClaim)
class QueueClaimAdmin(Settled):
    list_display = ("lead", "advisor", "until", "organization")
    list_filter = (ORGANIZATION,)
    list_select_related = ("lead", "advisor__user", "organization")


@admin.register(QueueMark)
class QueueMarkAdmin(Settled):
    list_display = ("lead", "advisor", "marked_at", "until", "organization")
    list_filter = (ORGANIZATION, ("until", admin.EmptyFieldListFilter))
    list_select_related = ("lead", "advisor__user", "organization")
