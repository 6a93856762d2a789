"""What advisors have to do, and how fast senders go."""

from __future__ import annotations

from django.contrib import admin

from crm.admin.base import ORGANIZATION
from crm.admin.settled import Settled
from leads.models import SenderPace, Task


@admin.register(Task)
class TaskAdmin(Settled):
    list_display = ("due_at", "title", "kind", "state", "lead", "advisor", "created_by_label", "organization")
    list_filter = (ORGANIZATION, "state", "kind")
    list_select_related = ("lead", "advisor__user", "organization")


@admin.register(SenderPace)
class SenderPaceAdmin(Settled):
    """Kept by leads/pacing.py: one row for each number or account that has a rate."""

    list_display = ("sender", "next_at")
