"""What was done in the administration, by whom."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.utils.translation import gettext_lazy as _

from crm.admin.settled import Settled


@admin.register(LogEntry)
class HistoryAdmin(Settled):
    list_display = ("action_time", "user", "action_flag", "content_type", "object_repr", "what_changed")
    list_filter = ("action_flag",)
    list_select_related = ("user", "content_type")
    search_fields = ("user__email", "object_repr")
    date_hierarchy = "action_time"

    @admin.display(description=_("what changed"))
    def what_changed(self, entry: LogEntry) -> str:
        return entry.get_change_message()
