"""What of a lead the contracts' users see, on a page for those who work with it here."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from api.renderings import renderings_of
from crm.access import AdvisorRequest
from leads.models import Lead
from leads.views.visible import of_visible_lead


@of_visible_lead
@require_safe
def contracts(request: AdvisorRequest, lead: Lead) -> HttpResponse:
    """The lead as each contract renders it, side by side."""
    return render(request, "api/contracts_of_lead.html", {"lead": lead, "renderings": renderings_of(lead)})
