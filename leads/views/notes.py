"""Notes about the lead."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from crm.access import AdvisorRequest
from leads.lead_forms import NoteForm
from leads.models import Lead
from leads.notes import add_note
from leads.views.lead import answer
from leads.views.visible import of_visible_lead


@of_visible_lead
@require_POST
def notes(request: AdvisorRequest, lead: Lead) -> HttpResponse:
    """Write a note down."""
    form = NoteForm(request.POST)
    if not form.is_valid():
        return answer(request, lead, "leads/_note.html", {"lead": lead, "note": form}, status=422)
    add_note(lead, body=form.cleaned_data["body"], by_advisor=request.advisor, now=timezone.now())
    return answer(request, lead, "leads/_note.html", {"lead": lead, "note": NoteForm()})
