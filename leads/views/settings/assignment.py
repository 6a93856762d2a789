"""By which rules new leads are given out, what each advisor may get, and a lead that is only tried."""

from __future__ import annotations

import uuid as uuids
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm.access import AdvisorRequest
from crm.models import Actor, Advisor
from crm.views.settings.door import manager_required, page
from leads import assigning, assignment_rules, assignment_words
from leads.assignment_forms import LimitsForm, RuleForm, TrialForm, team_of
from leads.assignment_rule_words import conditions_of, people_of
from leads.errors import InvalidValue
from leads.forms import PRODUCTS
from leads.models import AssignmentRule

_TAB = "leads:settings-assignment"


@manager_required
@require_safe
def listing(request: AdvisorRequest) -> HttpResponse:
    """The rules and the advisors. With ?try=1 also what would become of a lead that has what the rest of it says."""
    organization, now = request.advisor.organization, timezone.now()
    trial = TrialForm(request.GET if "try" in request.GET else None, organization=organization)
    found = None
    if trial.is_bound and trial.is_valid():
        decision = assigning.desk_of(organization, now).decide(trial.traits())
        found = {"decision": decision, "words": assignment_words.told(decision.because)}
    rules = list(assignment_rules.rules_of(organization))
    context = {
        "rules": [{"rule": rule, "conditions": conditions_of(rule), "people": people_of(rule)} for rule in rules],
        "is_full": len(rules) >= assignment_rules.MOST,
        "team": [
            {"person": person, "states": sorted(assigning.states_in(person.licensed_in))}
            for person in team_of(organization)
        ],
        "now": now,
        "trial": trial,
        "found": found,
        "products": PRODUCTS,
    }
    return page(request, _TAB, "leads/settings/assignment", context, status=422 if trial.errors else 200)


@manager_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: AdvisorRequest) -> HttpResponse:
    return _edited(request, None)


@manager_required
@require_http_methods(["GET", "HEAD", "POST"])
def one(request: AdvisorRequest, uuid: uuids.UUID) -> HttpResponse:
    return _edited(request, _rule(request, uuid))


def _edited(request: AdvisorRequest, rule: AssignmentRule | None) -> HttpResponse:
    organization = request.advisor.organization
    form = RuleForm(request.POST if request.method == "POST" else None, organization=organization, rule=rule)
    if form.is_bound and form.is_valid() and _saved(request, form, rule):
        messages.success(request, _("Saved"))
        return redirect(_TAB)
    context = {"form": form, "rule": rule, "products": PRODUCTS}
    return page(request, _TAB, "leads/settings/assignment_rule", context, status=422 if form.errors else 200)


def _saved(request: AdvisorRequest, form: RuleForm, rule: AssignmentRule | None) -> bool:
    try:
        if rule:
            assignment_rules.change(rule, form.values(), form.members(), **_by_whom(request))
        else:
            organization = request.advisor.organization
            assignment_rules.add(organization, form.values(), form.members(), **_by_whom(request))
    except InvalidValue as error:
        form.add_error(error.field if error.field in form.fields else None, error.words)
        return False
    return True


@manager_required
@require_POST
def shift(request: AdvisorRequest, uuid: uuids.UUID) -> HttpResponse:
    """to=up or to=down."""
    assignment_rules.shift(_rule(request, uuid), -1 if request.POST.get("to") == "up" else 1, **_by_whom(request))
    return redirect(_TAB)


@manager_required
@require_POST
def switch(request: AdvisorRequest, uuid: uuids.UUID) -> HttpResponse:
    """on=1 or on=0."""
    assignment_rules.switch(_rule(request, uuid), is_on=request.POST.get("on") == "1", **_by_whom(request))
    return redirect(_TAB)


@manager_required
@require_POST
def deletion(request: AdvisorRequest, uuid: uuids.UUID) -> HttpResponse:
    rule = _rule(request, uuid)
    assignment_rules.delete(rule, **_by_whom(request))
    messages.success(request, _("“%(name)s” is gone") % {"name": rule.name})
    return redirect(_TAB)


@manager_required
@require_http_methods(["GET", "HEAD", "POST"])
def limits(request: AdvisorRequest, uuid: uuids.UUID) -> HttpResponse:
    """What the rules may give to one advisor."""
    people = Advisor.objects.filter(organization=request.advisor.organization).select_related("user")
    person = get_object_or_404(people, uuid=uuid)
    form = LimitsForm(request.POST if request.method == "POST" else None, advisor=person)
    if form.is_bound and form.is_valid():
        assignment_rules.limit(person, **form.cleaned_data, **_by_whom(request))
        messages.success(request, _("Saved"))
        return redirect(_TAB)
    context = {"form": form, "person": person}
    return page(request, _TAB, "leads/settings/assignment_limits", context, status=422 if form.errors else 200)


def _rule(request: AdvisorRequest, uuid: uuids.UUID) -> AssignmentRule:
    return get_object_or_404(assignment_rules.rules_of(request.advisor.organization), uuid=uuid)


def _by_whom(request: AdvisorRequest) -> dict[str, Any]:
    return {"by": Actor.advisor(request.advisor), "now": timezone.now()}
