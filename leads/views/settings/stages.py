"""Stages: their order, names, colours, what they mean and what they ask for."""

from __future__ import annotations

import uuid as uuids
from typing import Any

from django import forms
from django.contrib import messages
from django.core.validators import RegexValidator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm.access import AdvisorRequest
from crm.models import Actor
from crm.views.settings.door import manager_required, page
from leads import stages, tallies
from leads.errors import InvalidValue
from leads.filters import titled
from leads.models import Slot, Stage, StageRule

_TAB = "leads:settings-stages"
_MEANINGS = {
    Slot.NEW: gettext_lazy("New"),
    Slot.CONTACTED: gettext_lazy("Contacted"),
    Slot.QUALIFIED: gettext_lazy("Qualified"),
    Slot.CONVERTED: gettext_lazy("Won"),
    Slot.LOST: gettext_lazy("Lost"),
}


class StageForm(forms.Form):
    label = forms.CharField(
        max_length=80, label=gettext_lazy("Name"), error_messages={"required": gettext_lazy("Give it a name.")}
    )
    color = forms.CharField(
        label=gettext_lazy("Colour"),
        initial="#64748b",
        validators=[RegexValidator(r"\A#[0-9a-fA-F]{6}\Z", gettext_lazy("Write a colour like #64748b."))],
    )
    slot = forms.ChoiceField(choices=list(_MEANINGS.items()), label=gettext_lazy("What it means to other programs"))
    asks_for = forms.ChoiceField(
        choices=[(rule.value, titled(rule.label)) for rule in StageRule],
        required=False,
        label=gettext_lazy("What it asks of a lead that enters"),
    )
    is_terminal = forms.BooleanField(required=False, label=gettext_lazy("Closed: nobody works on its leads any more"))


@manager_required
@require_safe
def listing(request: AdvisorRequest) -> HttpResponse:
    organization = request.advisor.organization
    totals = tallies.stage_totals(organization)
    rows = [
        {
            "stage": stage,
            "meaning": _MEANINGS[Slot(stage.slot)],
            "asks": titled(stage.get_asks_for_display()) if stage.asks_for else "",
            "leads": totals[stage.pk].leads if stage.pk in totals else 0,
        }
        for stage in stages.stages_of(organization)
    ]
    return page(request, _TAB, "leads/settings/stages", {"rows": rows})


@manager_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: AdvisorRequest) -> HttpResponse:
    form = StageForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            stage = stages.add(request.advisor.organization, form.cleaned_data, **_by_whom(request))
        except InvalidValue as error:
            form.add_error(None, error.words)
        else:
            messages.success(request, _("“%(name)s” is added at the end") % {"name": stage.label})
            return redirect(_TAB)
    return _form(request, form)


@manager_required
@require_http_methods(["GET", "HEAD", "POST"])
def one(request: AdvisorRequest, uuid: uuids.UUID) -> HttpResponse:
    stage = _stage(request, uuid)
    initial = {name: getattr(stage, name) for name in StageForm.base_fields}
    form = StageForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        stages.change(stage, form.cleaned_data, **_by_whom(request))
        messages.success(request, _("Saved"))
        return redirect(_TAB)
    return _form(request, form, stage)


@manager_required
@require_POST
def shift(request: AdvisorRequest, uuid: uuids.UUID) -> HttpResponse:
    """to=left or to=right."""
    stages.shift(_stage(request, uuid), -1 if request.POST.get("to") == "left" else 1, **_by_whom(request))
    return redirect(_TAB)


@manager_required
@require_POST
def deletion(request: AdvisorRequest, uuid: uuids.UUID) -> HttpResponse:
    stage = _stage(request, uuid)
    try:
        stages.delete(stage, **_by_whom(request))
    except InvalidValue as error:
        messages.error(request, error.words)
        return redirect("leads:settings-stage", uuid)
    messages.success(request, _("“%(name)s” is gone") % {"name": stage.label})
    return redirect(_TAB)


def _stage(request: AdvisorRequest, uuid: uuids.UUID) -> Stage:
    return get_object_or_404(stages.stages_of(request.advisor.organization), uuid=uuid)


def _by_whom(request: AdvisorRequest) -> dict[str, Any]:
    return {"by": Actor.advisor(request.advisor), "now": timezone.now()}


def _form(request: AdvisorRequest, form: StageForm, stage: Stage | None = None) -> HttpResponse:
    context = {"form": form, "stage": stage}
    return page(request, _TAB, "leads/settings/stage", context, status=422 if form.errors else 200)
