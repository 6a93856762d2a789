"""What is still needed of the lead: ask for more, write down what came in, reopen."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from crm.access import AdvisorRequest
from crm.models import Actor
from leads import checklists
from leads.lead_forms import AskForm, SettleForm
from leads.models import ItemStatus, Lead
from leads.views.checks import checklist_of
from leads.views.lead import answer
from leads.views.visible import of_visible_lead, wants_part

PART = "leads/_checklist.html"


@of_visible_lead
@require_http_methods(["GET", "HEAD", "POST"])
def checklist(request: AdvisorRequest, lead: Lead) -> HttpResponse:
    """GET: the panel. POST: ask this lead alone for something."""
    now = timezone.now()
    if request.method != "POST":
        return render(request, PART, checklist_of(lead, now)) if wants_part(request) else redirect(_place(lead))
    form = AskForm(request.POST)
    if not form.is_valid():
        return answer(request, lead, PART, checklist_of(lead, now, ask=form), status=422)
    checklists.ask(
        lead,
        name=form.cleaned_data["name"],
        kind=form.cleaned_data["kind"],
        by=Actor.advisor(request.advisor),
        now=now,
    )
    return answer(request, lead, PART, checklist_of(lead, now))


@of_visible_lead
@require_POST
def settle(request: AdvisorRequest, lead: Lead, key: str) -> HttpResponse:
    """Mark an item done, with what was collected, or open again."""
    now, item = timezone.now(), checklists.item_named(lead, key)
    if item is None:
        raise Http404("No such item.")
    form = SettleForm(request.POST, item=item)
    if not form.is_valid():
        return answer(request, lead, PART, checklist_of(lead, now, settle=form), status=422)
    checklists.settle(
        lead,
        item,
        status=ItemStatus.COMPLETED if form.cleaned_data["is_done"] else ItemStatus.PENDING,
        value=form.cleaned_data["value"],
        by=Actor.advisor(request.advisor),
        now=now,
    )
    return answer(request, lead, PART, checklist_of(lead, now))


def _place(lead: Lead) -> str:
    return f"/leads/{lead.uuid}#checklist"
