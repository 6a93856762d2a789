"""Do something to all leads that the list shows, or to those that were picked: look, confirm, begin."""

from __future__ import annotations

import uuid as uuids
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods
from django_htmx.http import HttpResponseClientRedirect

from crm import wording
from crm.access import AdvisorRequest, advisor_required
from leads import board as reading
from leads import bulk_jobs
from leads.bulk_actions import ActionForm, BulkAction, action_of
from leads.errors import DomainError
from leads.filters import LeadFilter, address_without
from leads.models import LeadQuerySet

#: From so many on, one has to say that one means it.
MANY = 100


@dataclass(frozen=True, slots=True)
class Selection:
    """The leads of a list that are meant: picked one by one, or all that pass its filters."""

    leads: LeadQuerySet
    query: str

    @property
    def number(self) -> int:
        return self.leads.order_by().count()


def selection_of(request: AdvisorRequest, *, everything: bool = False) -> Selection:
    """?lead=<uuid> for each that was picked, or ?all=1 (or everything); and the filters of the list."""
    team = reading.team_of(request.advisor.organization)
    lead_filter = LeadFilter(request.GET, advisor=request.advisor, team=team)
    query = address_without(request.GET, "lead", "all", "after", "before")
    leads = lead_filter.leads
    if not (everything or request.GET.get("all")):
        leads = leads.filter(uuid__in=_uuids(request.GET.getlist("lead")))
    return Selection(leads, query)


def _uuids(values: list[str]) -> list[uuids.UUID]:
    found = []
    for value in values:
        try:
            found.append(uuids.UUID(value))
        except ValueError:
            continue
    return found


class SureForm(forms.Form):
    """How many there were when the page was shown; and that many are meant."""

    expected = forms.IntegerField(min_value=0, max_value=10**9)
    sure = forms.BooleanField(required=False)


@advisor_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def bulk(request: AdvisorRequest, kind: str) -> HttpResponse:
    """GET: what will be done to how many. POST: begin."""
    action = action_of(kind)
    if action is None or not action.is_for_leads:
        raise Http404("No such action.")
    if not action.may(request.advisor):
        raise PermissionDenied(_("Only a manager does this."))
    selection = selection_of(request)
    form = action.form(request.POST if request.method == "POST" else None, advisor=request.advisor)
    if request.method != "POST":
        return _confirm(request, action, selection, form)
    sure = SureForm(request.POST)
    if not form.is_valid() or not sure.is_valid():
        return _confirm(request, action, selection, form, status=422)
    expected = sure.cleaned_data["expected"]
    if expected > MANY and not sure.cleaned_data["sure"]:
        form.add_error(None, _("Tick that you mean all of them."))
        return _confirm(request, action, selection, form, status=422)
    with wording.english():
        title = form.title()
    try:
        job = bulk_jobs.start(
            request.advisor,
            action,
            selection.leads,
            title=title,
            options=form.options(),
            expected=expected,
            query=selection.query,
            now=timezone.now(),
        )
    except DomainError as error:
        form.add_error(None, error.words)
        return _confirm(request, action, selection, form, status=409 if error.code == "changed" else 422)
    is_part = request.htmx  # type: ignore[attr-defined]
    address = f"/jobs/{job.uuid}"
    return HttpResponseClientRedirect(address) if is_part else redirect(address)


def _confirm(
    request: AdvisorRequest, action: BulkAction, selection: Selection, form: ActionForm, *, status: int = 200
) -> HttpResponse:
    number = selection.number
    context: dict[str, Any] = {
        "action": action,
        "form": form,
        "number": number,
        "is_many": number > MANY,
        "most": bulk_jobs.MOST,
        "is_too_many": number > bulk_jobs.MOST,
        "here": request.get_full_path(),
        "query": selection.query,
    }
    is_part = request.htmx  # type: ignore[attr-defined]
    return render(request, "leads/_bulk.html" if is_part else "leads/bulk.html", context, status=status)
