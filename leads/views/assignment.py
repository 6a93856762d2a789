"""Who looks after the lead."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect

from crm.access import AdvisorRequest, advisor_required
from crm.models import Actor
from leads import offering
from leads.errors import Changed
from leads.lead_forms import AdvisorForm
from leads.models import Lead, Offer
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
        messages.success(
            request,
            _("%(display_name)s now belongs to %(advisor)s")
            % {"display_name": lead.display_name, "advisor": lead.advisor},
        )
        return HttpResponseClientRedirect("/board") if wants_part(request) else redirect("leads:board")
    return answer(request, lead, "leads/_facts_changed.html", panels.head(request, lead, now) | panels.details(lead))


@advisor_required
@never_cache
@require_POST
def claim(request: AdvisorRequest, uuid: UUID) -> HttpResponse:
    """The lead that this offer is about is theirs, if they are the first of those whom it was made to."""
    theirs = Offer.objects.filter(organization=request.advisor.organization, advisors=request.advisor)
    offer = get_object_or_404(theirs.select_related("lead"), uuid=uuid)
    try:
        offering.claim(offer, by=request.advisor, now=timezone.now())
    except Changed as refused:
        messages.error(request, refused.words)
    else:
        messages.success(request, _("The lead is yours"))
    is_visible = Lead.objects.visible_to(request.advisor).filter(pk=offer.lead_id).exists()
    return redirect("leads:lead", offer.lead.uuid) if is_visible else redirect("leads:board")
