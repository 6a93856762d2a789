"""Calls: what opens for one, what advisors say, and how calls end."""

from __future__ import annotations

import uuid as uuids
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm import organizations
from crm.access import AdvisorRequest
from crm.models import Actor
from crm.views.settings.door import manager_required, page
from leads import dial_links, dispositions
from leads.errors import InvalidValue
from leads.models import Disposition, Does, Outcome

_TAB = "leads:settings-calls"
_OUTCOMES = {
    Outcome.REACHED: gettext_lazy("Somebody was reached"),
    Outcome.VOICEMAIL: gettext_lazy("A message was left"),
    Outcome.MISSED: gettext_lazy("Nobody was reached"),
}
_DOES = {
    Does.NOTHING: gettext_lazy("Nothing more"),
    Does.RETRY: gettext_lazy("Try again after a while"),
    Does.CALLBACK: gettext_lazy("Ask when to call back"),
    Does.WRONG_NUMBER: gettext_lazy("Mark the number as wrong"),
    Does.DO_NOT_CALL: gettext_lazy("Do not call again"),
}
_LONGEST_WAIT = 14 * 24  # hours


class DispositionForm(forms.Form):
    label = forms.CharField(
        max_length=40, label=gettext_lazy("Name"), error_messages={"required": gettext_lazy("Give it a name.")}
    )
    outcome = forms.ChoiceField(choices=list(_OUTCOMES.items()), label=gettext_lazy("What it means"))
    does = forms.ChoiceField(choices=list(_DOES.items()), required=False, label=gettext_lazy("What it does"))
    hours = forms.DecimalField(
        required=False, max_digits=6, decimal_places=2, label=gettext_lazy("Try again after how many hours?")
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        hours = given.get("hours") or 0
        if given.get("does") == Does.RETRY and "hours" not in self.errors and not 0.1 <= hours <= _LONGEST_WAIT:
            self.add_error("hours", _("Between 0.1 and %(most)d hours.") % {"most": _LONGEST_WAIT})
        return given

    def values(self) -> dict[str, Any]:
        given = self.cleaned_data
        minutes = round((given["hours"] or 0) * 60) if given["does"] == Does.RETRY else 0
        return {name: given[name] for name in ("label", "outcome", "does")} | {"retry_after": minutes}


class TelephoneForm(forms.Form):
    click_to_call = forms.CharField(
        required=False, max_length=300, label=gettext_lazy("What opens when somebody presses Call")
    )
    call_script = forms.CharField(required=False, max_length=5000, label=gettext_lazy("What to say"))

    def clean_click_to_call(self) -> str:
        try:
            return dial_links.tidied(self.cleaned_data["click_to_call"])
        except InvalidValue as error:
            raise forms.ValidationError(error.words) from None


@manager_required
@require_safe
def listing(request: AdvisorRequest) -> HttpResponse:
    return _listing(request, TelephoneForm(initial=_telephone_of(request)))


@manager_required
@require_POST
def telephone(request: AdvisorRequest) -> HttpResponse:
    """What opens for a call, and the script."""
    form = TelephoneForm(request.POST)
    if not form.is_valid():
        return _listing(request, form, status=422)
    given = form.cleaned_data | {"call_script": form.cleaned_data["call_script"].replace("\r\n", "\n").strip()}
    organizations.change(request.advisor.organization, given, **_by_whom(request))
    messages.success(request, _("Saved"))
    return redirect(_TAB)


@manager_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: AdvisorRequest) -> HttpResponse:
    form = DispositionForm(request.POST or None, initial={"outcome": Outcome.MISSED})
    if request.method == "POST" and form.is_valid():
        try:
            added = dispositions.add(request.advisor.organization, form.values(), **_by_whom(request))
        except InvalidValue as error:
            form.add_error(error.field or None, error.words)
        else:
            messages.success(request, _("“%(name)s” is added at the end") % {"name": added.label})
            return redirect(_TAB)
    return _form(request, form)


@manager_required
@require_http_methods(["GET", "HEAD", "POST"])
def one(request: AdvisorRequest, uuid: uuids.UUID) -> HttpResponse:
    disposition = _disposition(request, uuid)
    initial = {name: getattr(disposition, name) for name in ("label", "outcome", "does")}
    hours = f"{disposition.retry_after / 60:g}" if disposition.retry_after else ""
    form = DispositionForm(request.POST or None, initial=initial | {"hours": hours})
    if request.method == "POST" and form.is_valid():
        try:
            dispositions.change(disposition, form.values(), **_by_whom(request))
        except InvalidValue as error:
            form.add_error(error.field or None, error.words)
        else:
            messages.success(request, _("Saved"))
            return redirect(_TAB)
    return _form(request, form, disposition)


@manager_required
@require_POST
def shift(request: AdvisorRequest, uuid: uuids.UUID) -> HttpResponse:
    """to=up or to=down."""
    dispositions.shift(_disposition(request, uuid), -1 if request.POST.get("to") == "up" else 1, **_by_whom(request))
    return redirect(_TAB)


@manager_required
@require_POST
def deletion(request: AdvisorRequest, uuid: uuids.UUID) -> HttpResponse:
    disposition = _disposition(request, uuid)
    try:
        dispositions.delete(disposition, **_by_whom(request))
    except InvalidValue as error:
        messages.error(request, error.words)
        return redirect("leads:settings-disposition", uuid)
    messages.success(request, _("“%(name)s” is gone") % {"name": disposition.label})
    return redirect(_TAB)


def _listing(request: AdvisorRequest, form: TelephoneForm, *, status: int = 200) -> HttpResponse:
    rows = [
        {"each": each, "outcome": _OUTCOMES[Outcome(each.outcome)], "does": _does(each)}
        for each in dispositions.of(request.advisor.organization)
    ]
    return page(request, _TAB, "leads/settings/calls", {"rows": rows, "form": form}, status=status)


def _does(each: Disposition) -> str:
    if each.does != Does.RETRY:
        return str(_DOES[Does(each.does)]) if each.does else ""
    if each.retry_after < 60:
        return _("Try again after %(number)d min") % {"number": each.retry_after}
    return _("Try again after %(number)s h") % {"number": f"{each.retry_after / 60:g}"}


def _telephone_of(request: AdvisorRequest) -> dict[str, str]:
    return {name: getattr(request.advisor.organization, name) for name in TelephoneForm.base_fields}


def _disposition(request: AdvisorRequest, uuid: uuids.UUID) -> Disposition:
    return get_object_or_404(dispositions.of(request.advisor.organization), uuid=uuid)


def _by_whom(request: AdvisorRequest) -> dict[str, Any]:
    return {"by": Actor.advisor(request.advisor), "now": timezone.now()}


def _form(request: AdvisorRequest, form: DispositionForm, disposition: Disposition | None = None) -> HttpResponse:
    context = {"form": form, "disposition": disposition}
    return page(request, _TAB, "leads/settings/disposition", context, status=422 if form.errors else 200)
