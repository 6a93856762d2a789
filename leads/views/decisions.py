"""What only a person can decide: what was meant, who speaks, and whether to say something twice."""

from __future__ import annotations

import uuid as uuids

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from crm.access import AdvisorRequest
from crm.models import Actor
from leads import messaging, reviewing, suspicion, takeover
from leads.errors import DomainError
from leads.models import Lead, Message
from leads.views.visible import of_visible_lead


@of_visible_lead
@require_POST
def suspected(request: AdvisorRequest, lead: Lead) -> HttpResponse:
    """was=stop: they asked to stop. Anything else: they did not."""
    was_opt_out = request.POST.get("was") == "stop"
    if suspicion.settle(lead, was_opt_out=was_opt_out, by=request.advisor, now=timezone.now()):
        messages.success(
            request, _("Opted out. Nothing more goes to them.") if was_opt_out else _("Follow-up goes on.")
        )
    return redirect("leads:lead", lead.uuid)


@of_visible_lead
@require_POST
def taken_over(request: AdvisorRequest, lead: Lead) -> HttpResponse:
    """The AI keeps silent for the organisation's hours, or until it is given back."""
    if lead.address:
        talk = messaging.conversation_with(lead.organization, lead.address, lead)
        takeover.take_over(talk, lead, by=Actor.advisor(request.advisor), now=timezone.now())
        messages.success(request, gettext("You have the conversation; the AI keeps silent."))
    return redirect("leads:lead", lead.uuid)


@of_visible_lead
@require_POST
def given_back(request: AdvisorRequest, lead: Lead) -> HttpResponse:
    if takeover.give_back(lead, by=Actor.advisor(request.advisor), now=timezone.now()):
        messages.success(request, _("The AI may write again."))
    return redirect("leads:lead", lead.uuid)


@of_visible_lead
@require_POST
def review(request: AdvisorRequest, lead: Lead, message: uuids.UUID) -> HttpResponse:
    """do=again sends it once more, do=leave leaves it."""
    theirs = Message.objects.filter(organization_id=lead.organization_id, lead=lead)
    row, now = get_object_or_404(theirs, uuid=message), timezone.now()
    try:
        if request.POST.get("do") == "again":
            reviewing.send_again(row, by=request.advisor, now=now)
        else:
            reviewing.settle(row, by=request.advisor, now=now)
    except DomainError as error:
        messages.error(request, error.words)
    return redirect("leads:lead", lead.uuid)
