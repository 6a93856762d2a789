"""Rows that nobody changes by hand, and the facts, which are such rows."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from crm.admin.base import ORGANIZATION, Page
from crm.models import Event


class Settled(Page):
    """A ledger: it can be looked at. The newest row comes first, by the primary key, which is always indexed."""

    ordering: tuple[str, ...] = ("-pk",)
    show_full_result_count = False
    sortable_by = ()
    list_per_page = 50

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ForGood(Page):
    """Switched off, never deleted: too much hangs on it."""

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class PlainDelete(Page):
    """Deleted without a list of the thousands of rows that go with it; protected_by() says what stands against it."""

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        protected = [words for obj in objs for words in self.protected_by(obj)]
        return [str(obj) for obj in objs], {self.opts.verbose_name_plural: len(objs)}, set(), protected

    def protected_by(self, obj: Model) -> list[str]:
        return []


@admin.register(Event)
class EventAdmin(Settled):
    list_display = ("happened_at", "name", "lead_id", "actor_kind", "actor_label", "organization")
    list_filter = (ORGANIZATION, "actor_kind")
    list_select_related = ("organization",)
    search_fields = ("lead_id__exact", "name__startswith")
    search_help_text = gettext_lazy("The number of a lead, or how the name of the fact begins")
