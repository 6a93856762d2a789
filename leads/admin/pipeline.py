"""Stages with their totals, and tags."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _

from crm.admin.actor import by_whom
from crm.admin.base import ORGANIZATION
from crm.admin.exporting import Exported
from crm.admin.settled import PlainDelete, Settled
from leads import stages, tags
from leads.models import LeadTag, Stage, StageTally, Tag


class StageForm(forms.ModelForm):
    class Meta:
        model = Stage
        fields = ("organization", "label", "color", "slot", "is_terminal", "asks_for")

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        owner = given.get("organization")
        if owner and not self.instance.pk and not stages.has_room(owner):
            self.add_error("organization", _("At most %(most)d stages fit on a board.") % {"most": stages.MOST})
        return given


@admin.register(Stage)
class StageAdmin(Exported, PlainDelete):
    form = StageForm
    list_display = ("label", "key", "slot", "position", "is_terminal", "asks_for", "color", "organization")
    list_filter = (ORGANIZATION, "slot", "is_terminal")
    export_columns = ("organization__public_id", "key", "label", "slot", "position", "is_terminal", "asks_for", "color")
    export_related = ("organization",)
    list_select_related = ("organization",)
    search_fields = ("label", "key")
    #: The key and the place at the end are found by themselves; the order is set on the organisation's own page.
    readonly_fields = ("uuid", "key", "position")
    ordering = ("organization", "position", "pk")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return (*self.readonly_fields, "organization") if obj else self.readonly_fields

    def get_actions(self, request: HttpRequest, action_location: Any = None) -> Any:
        """One by one: what is left decides whether the next may go."""
        where = {} if action_location is None else {"action_location": action_location}
        return {
            name: action for name, action in super().get_actions(request, **where).items() if name != "delete_selected"
        }

    def protected_by(self, obj: Any) -> list[str]:
        why_not = stages.what_keeps(obj)
        return [f"{obj}: {why_not}"] if why_not else []

    def save_model(self, request: HttpRequest, obj: Stage, form: Any, change: bool) -> None:
        how = by_whom(request, obj.organization_id)
        if change:
            stages.change(Stage.objects.get(pk=obj.pk), {name: getattr(obj, name) for name in form.changed_data}, **how)
            return
        values = {name: value for name, value in form.cleaned_data.items() if name != "organization"}
        obj.pk = stages.add(obj.organization, values, **how).pk
        obj.refresh_from_db()

    def delete_model(self, request: HttpRequest, obj: Stage) -> None:
        stages.delete(obj, **by_whom(request, obj.organization_id))


@admin.register(StageTally)
class StageTallyAdmin(Settled):
    list_display = ("stage", "leads", "answering", "requested", "departed", "advanced", "organization")
    list_filter = (ORGANIZATION,)
    list_select_related = ("stage", "organization")


@admin.register(Tag)
class TagAdmin(Exported, PlainDelete):
    list_display = ("name", "organization")
    export_columns = ("organization__public_id", "name")
    export_related = ("organization",)
    list_filter = (ORGANIZATION,)
    list_select_related = ("organization",)
    search_fields = ("name",)
    ordering = ("name", "pk")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("organization",) if obj else ()

    def save_model(self, request: HttpRequest, obj: Tag, form: Any, change: bool) -> None:
        how = by_whom(request, obj.organization_id)
        if change:
            tags.rename(Tag.objects.get(pk=obj.pk), obj.name, **how)
        else:
            obj.pk = tags.add(obj.organization, obj.name, **how).pk

    def delete_model(self, request: HttpRequest, obj: Tag) -> None:
        tags.delete(obj, **by_whom(request, obj.organization_id))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Tag]) -> None:
        for tag in queryset:
            self.delete_model(request, tag)


@admin.register(LeadTag)
class LeadTagAdmin(Settled):
    """A lead's tags are changed on the lead."""

    list_display = ("lead", "tag")
    list_select_related = ("lead", "tag")
