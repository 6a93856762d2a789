"""Keep what the list or the board shows under a name."""

from __future__ import annotations

import uuid as uuids
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect

from crm.access import AdvisorRequest, advisor_required
from leads import saved_views
from leads.errors import InvalidValue
from leads.models import SavedView, ViewPage


class ViewForm(forms.Form):
    name = forms.CharField(
        max_length=60, label=gettext_lazy("Name"), error_messages={"required": gettext_lazy("Give it a name.")}
    )
    is_shared = forms.BooleanField(required=False)
    with_filters = forms.BooleanField(required=False)


@advisor_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: AdvisorRequest) -> HttpResponse:
    """?page=list|board and the address to keep. GET: the form. POST: the view."""
    page = request.GET.get("page", ViewPage.LIST)
    if page not in ViewPage.values:
        raise Http404("No such page.")
    form = ViewForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return _form(request, form)
    try:
        view = saved_views.save(
            request.advisor,
            name=form.cleaned_data["name"],
            page=page,
            query=request.GET,
            is_shared=form.cleaned_data["is_shared"],
            now=timezone.now(),
        )
    except InvalidValue as error:
        form.add_error("name", error.words)
        return _form(request, form)
    messages.success(request, _("“%(name)s” is kept") % {"name": view.name})
    return _go(request, saved_views.address_of(view))


@advisor_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def one(request: AdvisorRequest, uuid: uuids.UUID) -> HttpResponse:
    """GET: the form, with the address that it may take over. POST: another name, shared or not, other filters."""
    view = _changeable(request, uuid)
    initial = {"name": view.name, "is_shared": view.is_shared, "with_filters": True}
    form = ViewForm(request.POST or None, initial=initial)
    kept = saved_views.kept_of(request.GET, view.page)
    if request.method != "POST" or not form.is_valid():
        return _form(request, form, view=view, is_changed=kept != view.query)
    given = form.cleaned_data
    try:
        query = request.GET if given["with_filters"] else None
        saved_views.change(view, name=given["name"], is_shared=given["is_shared"], query=query)
    except InvalidValue as error:
        form.add_error("name", error.words)
        return _form(request, form, view=view, is_changed=kept != view.query)
    messages.success(request, _("“%(name)s” is changed") % {"name": view.name})
    return _go(request, saved_views.address_of(view))


@advisor_required
@require_POST
def deletion(request: AdvisorRequest, uuid: uuids.UUID) -> HttpResponse:
    view = _changeable(request, uuid)
    view.delete()
    messages.success(request, _("“%(name)s” is gone") % {"name": view.name})
    return redirect("leads:board" if view.page == ViewPage.BOARD else "leads:list")


def _changeable(request: AdvisorRequest, uuid: uuids.UUID) -> SavedView:
    view = saved_views.find(request.advisor, uuid)
    if view is None:
        raise Http404("No such view.")
    if not view.is_changed_by(request.advisor):
        raise PermissionDenied(_("Whoever made this view may change it, and managers."))
    return view


def _form(
    request: AdvisorRequest, form: ViewForm, *, view: SavedView | None = None, is_changed: bool = False
) -> HttpResponse:
    context: dict[str, Any] = {"form": form, "view": view, "is_changed": is_changed, "here": request.get_full_path()}
    is_part = request.htmx  # type: ignore[attr-defined]
    template = "leads/_saved_view.html" if is_part else "leads/saved_view.html"
    return render(request, template, context, status=422 if form.errors else 200)


def _go(request: AdvisorRequest, address: str) -> HttpResponse:
    is_part = request.htmx  # type: ignore[attr-defined]
    return HttpResponseClientRedirect(address) if is_part else redirect(address)
