"""What is to be done about the lead: the panel of the lead page."""

from __future__ import annotations

import uuid as uuids

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from crm.access import AdvisorRequest
from crm.models import Actor
from leads import advisor_tasks, call_panel
from leads.errors import Changed
from leads.models import Lead, Task, TaskKind, TaskState
from leads.views.visible import of_visible_lead, wants_part

#: So many that are done stay in sight.
_DONE_SHOWN = 3


class TaskForm(forms.Form):
    title = forms.CharField(max_length=200, error_messages={"required": _("Say what is to be done.")})
    kind = forms.ChoiceField(choices=TaskKind.choices, initial=TaskKind.CALL)
    due_at = forms.DateTimeField(
        error_messages={"required": _("Say by when."), "invalid": _("This is no date and time.")}
    )


@of_visible_lead
@require_http_methods(["GET", "HEAD", "POST"])
def tasks(request: AdvisorRequest, lead: Lead) -> HttpResponse:
    """GET: what is open, and what was done last. POST: something more."""
    if request.method != "POST":
        return _panel(request, lead) if wants_part(request) else redirect("leads:lead", lead.uuid)
    form = TaskForm(request.POST)
    if not form.is_valid():
        return _panel(request, lead, form=form, status=422)
    advisor_tasks.give(lead, **form.cleaned_data, by=Actor.advisor(request.advisor), now=timezone.now())
    return _changed(request, lead)


@of_visible_lead
@require_POST
def task(request: AdvisorRequest, lead: Lead, task: uuids.UUID) -> HttpResponse:
    """It is done (is_done=on), or was not after all."""
    found = get_object_or_404(Task, lead=lead, uuid=task)
    by, now = Actor.advisor(request.advisor), timezone.now()
    if request.POST.get("is_done"):
        advisor_tasks.complete(found, by=by, now=now)
        return _changed(request, lead)
    try:
        advisor_tasks.reopen(found, by=by, now=now)
    except Changed as refused:
        return _panel(request, lead, error=refused.words, status=409)
    return _changed(request, lead)


def _changed(request: AdvisorRequest, lead: Lead) -> HttpResponse:
    if not wants_part(request):
        return redirect("leads:lead", lead.uuid)
    answer = _panel(request, lead)
    answer["HX-Trigger"] = "lead-changed"
    return answer


def _panel(
    request: AdvisorRequest, lead: Lead, *, form: TaskForm | None = None, error: str = "", status: int = 200
) -> HttpResponse:
    own, now = Task.objects.filter(lead=lead), timezone.now()
    picks = call_panel.picks(now)
    context = {
        "lead": lead,
        "open_tasks": own.open().order_by("due_at", "pk"),
        "done_tasks": own.filter(state=TaskState.DONE).order_by("-closed_at", "-pk")[:_DONE_SHOWN],
        "form": form or TaskForm(initial={"due_at": picks[1][1]}),
        "picks": picks,
        "kinds": TaskKind.choices,
        "error": error,
        "now": now,
    }
    return render(request, "leads/_tasks.html", context, status=status)
