"""Search in everything, from every page."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from crm.access import AdvisorRequest, advisor_required
from crm.costly import at_most
from crm.replica.reading import reads_from_replica
from leads import search
from leads.models import Lead, LeadQuerySet

SHOWN = 8
_LONGEST = 200


@advisor_required
@at_most(300, of="searches")
@never_cache
@require_safe
@reads_from_replica()
def found(request: AdvisorRequest) -> HttpResponse:
    """The newest leads in which every word of ?q= occurs; for htmx the rows alone."""
    text = request.GET.get("q", "")[:_LONGEST].strip()
    leads = list(_look(request, text)[: SHOWN + 1]) if search.terms(text) else []
    context = {"text": text, "leads": leads[:SHOWN], "has_more": len(leads) > SHOWN}
    is_part = bool(request.htmx)  # type: ignore[attr-defined]
    response = render(request, "leads/_found.html" if is_part else "leads/search.html", context)
    patch_vary_headers(response, ["HX-Request"])
    return response


def _look(request: AdvisorRequest, text: str) -> LeadQuerySet:
    visible = Lead.objects.visible_to(request.advisor)
    return search.search(visible, text).newest_first().select_related("stage", "advisor__user")
