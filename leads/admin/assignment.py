"""Who gets new leads: the rules are changed on the organisation's own pages, with what they depend on."""

from __future__ import annotations

from django.contrib import admin

from crm.admin.base import ORGANIZATION
from crm.admin.settled import Settled
from leads.models import AssignmentMember, AssignmentRule, AssignmentTurn, Offer


@admin.register(AssignmentRule)
class AssignmentRuleAdmin(Settled):
    list_display = ("position", "name", "way", "is_active", "organization")
    list_filter = (ORGANIZATION, "way", "is_active")
    list_select_related = ("organization",)
    search_fields = ("name",)


@admin.register(AssignmentMember)
class AssignmentMemberAdmin(Settled):
    list_display = ("rule", "advisor", "weight")
    list_select_related = ("rule", "advisor__user")


@admin.register(AssignmentTurn)
class AssignmentTurnAdmin(Settled):
    """Kept by leads/assigning.py: when in a rule's rounds somebody had a turn."""

    list_display = ("rule", "advisor", "at", "organization")
    list_filter = (ORGANIZATION,)
    list_select_related = ("rule", "advisor__user", "organization")


@admin.register(Offer)
class OfferAdmin(Settled):
    list_display = ("offered_at", "lead", "rule_name", "state", "expires_at", "taken_by", "organization")
    list_filter = (ORGANIZATION, "state")
    list_select_related = ("lead", "taken_by__user", "organization")
