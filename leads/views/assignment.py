"""Who looks after the lead."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods
from django_htmx.http import HttpResponseClientRedirect

from crm.access import AdvisorRequest
from crm.models import Actor
from leads.lead_forms import AdvisorForm
from leads.models import Lead
from leads.pipeline import assign_to
from leads.views import panels
from leads.views.lead import answer, page
from leads.views.visible import of_visible_lead, wants_part

ADVISOR = "advisor"


@of_visible_lead
@require_http_methods(["GET", "HEAD", "POST"])
def assignment(request: AdvisorRequest, lead: Lead) -> HttpResponse:
    """GET: the panel with the choice of advisors. POST: give the lead to one of them, or to nobody."""
    team = panels.team_of(request.advisor)
    if request.method != "POST":
        form = AdvisorForm(team=team, initial={"advisor": str(lead.advisor.uuid) if lead.advisor else ""})
        context = panels.details(lead, editing=ADVISOR, form=form)
        return render(request, "leads/_facts.html", context) if wants_part(request) else page(request, lead, context)
    form = AdvisorForm(request.POST, team=team)
    if not form.is_valid():
        context = panels.details(lead, editing=ADVISOR, form=form)
        return answer(request, lead, "leads/_facts.html", context, status=422)
    now = timezone.now()
    assign_to(lead, form.chosen(), by=Actor.advisor(request.advisor), now=now)
    if not Lead.objects.visible_to(request.advisor).filter(pk=lead.pk).exists():
        messages.success(request, f"{lead.display_name} now belongs to {lead.advisor}")
        return HttpResponseClientRedirect("/board") if wants_part(request) else redirect("leads:board")
    return answer(request, lead, "leads/_facts_changed.html", panels.head(request, lead, now) | panels.details(lead))
