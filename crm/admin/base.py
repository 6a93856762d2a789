"""What all pages of the administration have in common."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.reauthentication import did_recently_reauthenticate
from django.contrib import messages
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.db.models import Field, ForeignKey
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from unfold.admin import ModelAdmin, TabularInline
from unfold.contrib.filters.admin import AutocompleteSelectFilter
from unfold.forms import ActionForm

#: For list_filter: found by typing, because there may be thousands.
ORGANIZATION = ("organization", AutocompleteSelectFilter)


class ActionsForm(ActionForm):
    """Theirs names the choice for nobody who does not see it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["action"].widget.attrs["aria-label"] = _("Action")


class Page(ModelAdmin):
    """Every table. Rows of other tables are found by typing, never chosen from a list of all of them."""

    action_form = ActionsForm
    list_fullwidth = True
    list_filter_submit = True
    list_per_page = 50
    show_full_result_count = False
    warn_unsaved_form = True

    def get_autocomplete_fields(self, request: HttpRequest) -> Sequence[str]:
        links = (field for field in self.opts.fields if isinstance(field, ForeignKey))
        return [field.name for field in (*links, *self.opts.many_to_many) if self._is_found_by_typing(field)]

    def _is_found_by_typing(self, field: Any) -> bool:
        related = self.admin_site._registry.get(field.remote_field.model)
        return bool(related and related.search_fields)

    def formfield_for_dbfield(self, db_field: Field[Any, Any], request: HttpRequest, **kwargs: Any) -> Any:
        """Without the buttons that open other tables in a frame: the policy allows no frames."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field and isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget = field.widget.widget
        return field


class StepUp(ModelAdmin):
    """
    Keys and log-ins: whoever looks at them or changes them has shown a moment ago who they are.

    What was typed is not kept until then: it may be a secret, and would lie in the session.
    """

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        return ask_who_it_is(request) or super().changelist_view(request, extra_context)

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return ask_who_it_is(request) or super().changeform_view(request, *args, **kwargs)


def ask_who_it_is(request: HttpRequest) -> HttpResponse | None:
    """Where somebody shows their password or second step once more; None when they did a moment ago."""
    if did_recently_reauthenticate(request):
        return None
    if request.method == "POST":
        messages.warning(request, _("Nothing was saved: too much time had passed. Please type it once more."))
    ways = get_adapter().get_reauthentication_methods(request.user)
    return redirect(f"{ways[0]['url']}?{urlencode({'next': request.get_full_path()})}")


class Inline(TabularInline):
    """Rows that belong to the one on the page."""

    extra = 0
    can_delete = False
