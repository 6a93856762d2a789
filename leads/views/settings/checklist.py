"""The checklist that every lead starts with: what is asked for, in which order."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm.access import AdvisorRequest
from crm.models import Actor
from crm.views.settings.door import manager_required, page
from leads import requirements
from leads.models import ItemKind, Requirement

_TAB = "leads:settings-checklist"
MOST = 50


class RequirementForm(forms.Form):
    name = forms.CharField(
        max_length=255,
        label=gettext_lazy("What you need"),
        error_messages={"required": gettext_lazy("Say what you need.")},
    )
    kind = forms.ChoiceField(choices=ItemKind.choices, label=gettext_lazy("As"))
    description = forms.CharField(max_length=2000, required=False, label=gettext_lazy("What the borrower should know"))
    is_active = forms.BooleanField(required=False, initial=True, label=gettext_lazy("Ask every lead for it"))


@manager_required
@require_safe
def listing(request: AdvisorRequest) -> HttpResponse:
    rows = list(requirements.requirements_of(request.advisor.organization))
    return page(request, _TAB, "leads/settings/checklist", {"rows": rows, "is_full": len(rows) >= MOST})


@manager_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: AdvisorRequest) -> HttpResponse:
    organization = request.advisor.organization
    form = RequirementForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if requirements.requirements_of(organization).count() >= MOST:
            form.add_error(None, _("At most %(most)d items fit on a checklist.") % {"most": MOST})
        else:
            requirements.add(organization=organization, **form.cleaned_data, **_by_whom(request))
            messages.success(request, _("Every lead is asked for it from now on"))
            return redirect(_TAB)
    return _form(request, form)


@manager_required
@require_http_methods(["GET", "HEAD", "POST"])
def one(request: AdvisorRequest, public_id: str) -> HttpResponse:
    requirement = _requirement(request, public_id)
    initial = {name: getattr(requirement, name) for name in RequirementForm.base_fields}
    form = RequirementForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        requirements.change(requirement, form.cleaned_data, **_by_whom(request))
        messages.success(request, _("Saved"))
        return redirect(_TAB)
    return _form(request, form, requirement)


@manager_required
@require_POST
def shift(request: AdvisorRequest, public_id: str) -> HttpResponse:
    """to=up or to=down."""
    requirements.shift(
        _requirement(request, public_id), -1 if request.POST.get("to") == "up" else 1, **_by_whom(request)
    )
    return redirect(_TAB)


@manager_required
@require_POST
def deletion(request: AdvisorRequest, public_id: str) -> HttpResponse:
    requirement = _requirement(request, public_id)
    requirements.delete(requirement, **_by_whom(request))
    messages.success(request, _("Nobody is asked for “%(name)s” any more") % {"name": requirement.name})
    return redirect(_TAB)


def _requirement(request: AdvisorRequest, public_id: str) -> Requirement:
    theirs = requirements.requirements_of(request.advisor.organization)
    return get_object_or_404(theirs, public_id=public_id.replace("\0", ""))


def _by_whom(request: AdvisorRequest) -> dict[str, Any]:
    return {"by": Actor.advisor(request.advisor), "now": timezone.now()}


def _form(request: AdvisorRequest, form: RequirementForm, requirement: Requirement | None = None) -> HttpResponse:
    context = {"form": form, "requirement": requirement}
    return page(request, _TAB, "leads/settings/requirement", context, status=422 if form.errors else 200)
