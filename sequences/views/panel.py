"""The sequence panel of the lead page: look, start, pause, stop."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from crm.access import AdvisorRequest
from crm.models import Actor
from leads.errors import DomainError
from leads.models import Lead
from leads.views.visible import of_visible_lead, wants_part
from sequences import engine, enrolling, pausing
from sequences.models import Enrollment, Sequence
from sequences.panel import panel_of

#: How long a click waits for the first message; the engine sends it otherwise.
_WAIT_SECONDS = 3.0


@of_visible_lead
@require_safe
def lead_panel(request: AdvisorRequest, lead: Lead) -> HttpResponse:
    """Where the lead stands in its sequence, and what happens next."""
    if not wants_part(request):
        return redirect("leads:lead", lead.uuid)
    return _panel(request, lead)


@of_visible_lead
@require_POST
def enroll(request: AdvisorRequest, lead: Lead) -> HttpResponse:
    """Start the chosen sequence; its first message goes out before the answer, if it may."""
    sequence = get_object_or_404(
        Sequence.objects.of(lead.organization), public_id=request.POST.get("sequence", "").replace("\0", "")
    )
    try:
        enrolled = enrolling.enroll(lead, sequence, by=Actor.advisor(request.advisor), now=timezone.now())
    except DomainError as error:
        return answer(request, lead, error.words)
    engine.run_enrollment_now(enrolled.enrollment, seconds=_WAIT_SECONDS)
    return answer(request, lead)


@of_visible_lead
@require_POST
def stop(request: AdvisorRequest, lead: Lead, pk: int) -> HttpResponse:
    """End the follow-up, with what it has written but not sent."""
    enrollment = get_object_or_404(Enrollment, lead=lead, pk=pk)
    reason = f"Stopped by {request.advisor.name}"
    enrolling.cancel([enrollment], reason=reason, by=Actor.advisor(request.advisor), now=timezone.now())
    return answer(request, lead)


@of_visible_lead
@require_POST
def pause(request: AdvisorRequest, lead: Lead, pk: int) -> HttpResponse:
    """Let the follow-up rest, with what it has written but not sent; why may be said."""
    enrollment = get_object_or_404(Enrollment, lead=lead, pk=pk)
    reason = request.POST.get("reason", "").replace("\0", "")[:200]
    pausing.pause(enrollment, reason=reason, by=Actor.advisor(request.advisor), now=timezone.now())
    return answer(request, lead)


@of_visible_lead
@require_POST
def resume(request: AdvisorRequest, lead: Lead, pk: int) -> HttpResponse:
    """Let the follow-up go on; what is due goes out before the answer, if it may."""
    enrollment = get_object_or_404(Enrollment, lead=lead, pk=pk)
    if pausing.resume(enrollment, by=Actor.advisor(request.advisor), now=timezone.now()):
        enrollment.refresh_from_db()
        engine.run_enrollment_now(enrollment, seconds=_WAIT_SECONDS)
    return answer(request, lead)


def answer(request: AdvisorRequest, lead: Lead, error: str = "") -> HttpResponse:
    """After a change: the panel for htmx, else back to the lead."""
    if wants_part(request):
        response = _panel(request, lead, error)
        if not error:
            response["HX-Trigger"] = "lead-changed"  # the page fetches what is new of the conversation
        return response
    if error:
        messages.error(request, error)
    return redirect("leads:lead", lead.uuid)


def _panel(request: AdvisorRequest, lead: Lead, error: str = "") -> HttpResponse:
    context = {"lead": lead, "panel": panel_of(lead, timezone.now()), "error": error}
    return render(request, "sequences/_panel.html", context, status=422 if error else 200)
