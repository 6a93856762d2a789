"""
Tables as files for spreadsheets: the rows that the list shows, the columns that a page names one by one.

django-import-export writes them. It imports nothing here: it would save rows past the domain's rules, so what can be
brought in has a page that calls the domain.
"""

from __future__ import annotations

from typing import Any

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from import_export.admin import ExportMixin
from import_export.formats.base_formats import CSV
from import_export.resources import ModelResource, modelresource_factory

from crm.admin.base import Page, ask_who_it_is
from crm.cells import harmless


class SpreadsheetFile(CSV):
    """With the mark by which Excel knows that it is UTF-8."""

    def export_data(self, dataset: Any, **kwargs: Any) -> str:
        return "\ufeff" + str(super().export_data(dataset, **kwargs))


class _Columns(ModelResource):
    """No cell is taken for a formula, whoever wrote it."""

    def export_field(self, field: Any, instance: Any, **kwargs: Any) -> Any:
        value = super().export_field(field, instance, **kwargs)
        return harmless(value) if isinstance(value, str) else value


class Exported(ExportMixin, Page):
    """For pages whose export_columns may be taken away by whoever may change the rows, and has shown who they are."""

    #: Names of fields, "stage__label" for those of other tables; each is also told to export_related.
    export_columns: tuple[str, ...] = ()
    export_related: tuple[str, ...] = ()
    skip_export_form = True

    def get_export_formats(self) -> list[type[CSV]]:
        return [SpreadsheetFile]

    def get_export_resource_classes(self, request: HttpRequest) -> list[type[ModelResource]]:
        meta = {"fields": self.export_columns, "export_order": self.export_columns}
        return [modelresource_factory(self.model, resource_class=_Columns, meta_options=meta)]

    def has_export_permission(self, request: HttpRequest) -> bool:
        return self.has_change_permission(request) or self.has_add_permission(request)

    def get_export_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_export_queryset(request).select_related(*self.export_related)

    def export_action(self, request: HttpRequest) -> Any:
        return ask_who_it_is(request) or super().export_action(request)

    def get_export_data(self, file_format: Any, request: HttpRequest, queryset: QuerySet[Any], **kwargs: Any) -> Any:
        """Who took how many is on record before the first line leaves."""
        words = _("Exported %(number)d rows as a file.") % {"number": queryset.count()}
        _note(request, self.model, words)
        return super().get_export_data(file_format, request, queryset, **kwargs)


def _note(request: HttpRequest, model: type[Model], words: str) -> None:
    LogEntry.objects.create(
        user_id=int(request.user.pk or 0),  # nobody comes here without signing in
        content_type=ContentType.objects.get_for_model(model),
        object_repr=str(model._meta.verbose_name_plural),
        action_flag=CHANGE,
        change_message=words,
    )
