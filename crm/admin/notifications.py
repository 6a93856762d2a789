"""What advisors were told of, and how they want it."""

from __future__ import annotations

from django.contrib import admin

from crm.admin.base import ORGANIZATION
from crm.admin.settled import Settled
from crm.models import Notification, NotificationChoice


@admin.register(Notification)
class NotificationAdmin(Settled):
    list_display = ("created_at", "kind", "advisor", "read_at", "mail_state", "mail_attempts", "organization")
    list_filter = (ORGANIZATION, "kind", "mail_state")
    list_select_related = ("advisor__user", "organization")


@admin.register(NotificationChoice)
class NotificationChoiceAdmin(Settled):
    list_display = ("advisor", "kind", "mail")
    list_filter = ("kind", "mail")
    list_select_related = ("advisor__user",)
