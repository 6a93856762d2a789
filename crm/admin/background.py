"""The workers' queue: the doorbell, what it rings for every minute, and what went wrong."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _
from django_q.models import Failure, OrmQ, Schedule, Success

from crm.admin.base import Page
from crm.admin.settled import Settled

for _theirs in (Failure, OrmQ, Schedule, Success):  # whoever may write a schedule could have any function called
    admin.site.unregister(_theirs)


class _Forgotten(Settled):
    """May be deleted: what has to be done is written down elsewhere, and is done by the next tick."""

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return Page.has_delete_permission(self, request, obj)


@admin.register(OrmQ)
class WaitingTaskAdmin(_Forgotten):
    list_display = ("id", "func", "lock")
    fields = ("key", "func", "lock")

    @admin.display(description=_("function"))
    def func(self, waiting: OrmQ) -> str:
        return str(waiting.task.get("func", ""))


class _EndedAdmin(_Forgotten):
    list_display = ("started", "func", "stopped", "said")
    fields = ("func", "started", "stopped", "attempt_count", "said")
    ordering = ("-started", "pk")
    search_fields = ("func",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).defer("args", "kwargs")

    @admin.display(description=_("result"))
    def said(self, task: Any) -> str:
        return Truncator(str(task.result)).chars(200)


@admin.register(Failure)
class FailureAdmin(_EndedAdmin):
    """A traceback's end says what it was; the log has all of it."""


@admin.register(Success)
class SuccessAdmin(_EndedAdmin):
    pass


@admin.register(Schedule)
class ScheduleAdmin(Settled):
    list_display = ("name", "func", "schedule_type", "minutes", "next_run")
    fields = ("name", "func", "schedule_type", "minutes", "next_run", "repeats")
