"""What is still needed of the lead: ask for more, tick off, reopen."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from crm.access import AdvisorRequest
from crm.models import Actor
from leads import checklists
from leads.lead_forms import AskForm, SettleForm
from leads.models import ItemStatus, Lead
from leads.views import panels
from leads.views.lead import answer
from leads.views.visible import of_visible_lead


@of_visible_lead
@require_POST
def ask(request: AdvisorRequest, lead: Lead) -> HttpResponse:
    """Ask this lead alone for something."""
    form = AskForm(request.POST)
    if not form.is_valid():
        return answer(request, lead, "leads/_checklist.html", panels.checklist(lead, ask=form), status=422)
    checklists.ask(
        lead,
        name=form.cleaned_data["name"],
        kind=form.cleaned_data["kind"],
        by=Actor.advisor(request.advisor),
        now=timezone.now(),
    )
    return answer(request, lead, "leads/_checklist.html", panels.checklist(lead))


@of_visible_lead
@require_POST
def settle(request: AdvisorRequest, lead: Lead, key: str) -> HttpResponse:
    """Mark an item done, with what was collected, or open again."""
    item = next((item for item in checklists.items_of(lead) if panels.key_of(item) == key), None)
    form = SettleForm(request.POST)
    if item is None or not form.is_valid():
        raise Http404("No such item.")
    checklists.settle(
        lead,
        item,
        status=ItemStatus.COMPLETED if form.cleaned_data["is_done"] else ItemStatus.PENDING,
        value=form.cleaned_data["value"],
        by=Actor.advisor(request.advisor),
        now=timezone.now(),
    )
    return answer(request, lead, "leads/_checklist.html", panels.checklist(lead))
