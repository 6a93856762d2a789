"""What the simulator adds to a follow-up: its time passes by a click."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from crm.access import AdvisorRequest
from crm.models import AccountChannel
from leads.models import Lead
from leads.simulation import playable_channels
from leads.views.visible import of_visible_lead
from sequences.simulating import run_ahead
from sequences.standing import standing_of
from sequences.views.panel import answer


@of_visible_lead
@require_POST
def ahead(request: AdvisorRequest, lead: Lead) -> HttpResponse:
    """The next step of the lead's sequence, as if its time had come. Nothing here where anything really goes out."""
    if playable_channels(request.advisor) != set(AccountChannel):
        raise Http404("Nothing is simulated here.")
    standing = standing_of(lead)
    if standing is None or not standing.is_live:
        return answer(request, lead, _("No sequence is under way. Start one first."))
    if run_ahead(standing.enrollment) is None:
        why = standing.enrollment.held_by or _("it waits for a person")
        return answer(request, lead, _("It does not go on by waiting alone: %(why)s") % {"why": why})
    return answer(request, lead)
