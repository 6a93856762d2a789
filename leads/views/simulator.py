"""The simulator: a borrower's phone in the hand of a manager. It is there only while nobody carries the messages."""

from __future__ import annotations

import uuid as uuids
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from crm.access import AdvisorRequest, Page, advisor_required
from crm.identifiers import new_uuid
from leads import simulation
from leads.message_words import state_of
from leads.models import Channel, Direction, Lead, Message, MessageState
from leads.search import search
from leads.verdicts import address_on
from leads.views.visible import of_visible_lead, wants_part

_MOST_LEADS, _MOST_MESSAGES = 30, 60
QUICK = ("STOP", "HELP", "START", gettext_lazy("Yes, please call me"), gettext_lazy("Please stop texting me"))
_ON_THE_PHONE = (MessageState.SENT, MessageState.DELIVERED)


class SayForm(forms.Form):
    body = forms.CharField(max_length=1600, error_messages={"required": gettext_lazy("Say something.")})
    token = forms.UUIDField(widget=forms.HiddenInput)
    channel = forms.ChoiceField(choices=Channel.choices, required=False)


@dataclass(frozen=True, slots=True)
class Line:
    """One message as the phone has it; is_event: it is not on the phone, only told about."""

    message: Message
    is_mine: bool
    is_event: bool
    can_report: bool
    words: str


def where_playable[**P](view: Page[P]) -> Callable[..., HttpResponseBase]:
    """Nothing is here for others, or where messages really go out."""

    @advisor_required
    @never_cache
    @wraps(view)
    def opened(request: AdvisorRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not simulation.playable_channels(request.advisor):
            raise Http404("Nothing is simulated here.")
        return view(request, *args, **kwargs)

    return opened


@where_playable
@require_safe
def phones(request: AdvisorRequest) -> HttpResponse:
    """Whose phone? ?q= finds somebody; else those who were written to last."""
    text = request.GET.get("q", "")[:100]
    context = {"people": _people(request, text), "text": text}
    if wants_part(request):
        return render(request, "leads/_phones.html", context)
    return render(request, "leads/simulator.html", context)


@where_playable
@of_visible_lead
@require_safe
def phone(request: AdvisorRequest, lead: Lead) -> HttpResponse:
    """The phone with its conversation; htmx gets what is on the screen."""
    if wants_part(request):
        return render(request, "leads/_phone_screen.html", {"lead": lead, "lines": _lines(lead)})
    return _page(request, lead, _form())


@where_playable
@of_visible_lead
@require_POST
def replies(request: AdvisorRequest, lead: Lead) -> HttpResponse:
    """The borrower says something; quick=… are words to choose."""
    given = request.POST.copy()
    if quick := given.get("quick"):
        given["body"] = quick
    form = SayForm(given)
    channel = _channel(request, lead, given.get("channel", ""))
    if not form.is_valid() or channel is None:
        return _page(request, lead, form, status=422) if not wants_part(request) else _pad(request, lead, form, 422)
    simulation.say(
        lead, form.cleaned_data["body"], channel=channel, token=form.cleaned_data["token"].hex, now=timezone.now()
    )
    if not wants_part(request):
        return redirect("leads:phone", lead.uuid)
    return _pad(request, lead, _form(channel), 200)


@where_playable
@of_visible_lead
@require_POST
def report(request: AdvisorRequest, lead: Lead, message: uuids.UUID) -> HttpResponse:
    """is=delivered or failed: what the carrier says of a message."""
    found = get_object_or_404(Message, organization=lead.organization_id, lead=lead, uuid=message)
    is_delivered = request.POST.get("is") != "failed"
    if not simulation.report(lead, found, is_delivered=is_delivered, now=timezone.now()) and not wants_part(request):
        messages.error(request, _("Nothing can be said of this message any more."))
    if wants_part(request):
        return render(request, "leads/_phone_screen.html", {"lead": lead, "lines": _lines(lead)})
    return redirect("leads:phone", lead.uuid)


def _page(request: AdvisorRequest, lead: Lead, form: SayForm, *, status: int = 200) -> HttpResponse:
    context = {**_written(request, lead, form), "people": _people(request, ""), "lines": _lines(lead)}
    return render(request, "leads/simulator.html", context, status=status)


def _pad(request: AdvisorRequest, lead: Lead, form: SayForm, status: int) -> HttpResponse:
    response = render(request, "leads/_phone_pad.html", _written(request, lead, form), status=status)
    if status == 200:
        response["HX-Trigger"] = "lead-changed, conversation-changed"
    return response


def _written(request: AdvisorRequest, lead: Lead, form: SayForm) -> dict[str, Any]:
    channels = _channels(request, lead)
    return {"lead": lead, "form": form, "channels": channels, "quick": QUICK, "address": lead.phone or lead.email}


def _form(channel: Channel | None = None) -> SayForm:
    return SayForm(initial={"token": new_uuid(), "channel": channel or Channel.SMS})


def _channels(request: AdvisorRequest, lead: Lead) -> list[Channel]:
    playable = {each.value for each in simulation.playable_channels(request.advisor)}
    return [channel for channel in Channel if channel.value in playable and address_on(lead, channel)]


def _channel(request: AdvisorRequest, lead: Lead, wanted: str) -> Channel | None:
    """The wanted one, else the first by which they can be reached."""
    possible = _channels(request, lead)
    return next((channel for channel in possible if channel.value == wanted), possible[0] if possible else None)


def _people(request: AdvisorRequest, text: str) -> list[Lead]:
    visible = Lead.objects.visible_to(request.advisor).select_related("conversation")
    if text.strip():
        return list(search(visible, text).newest_first()[:_MOST_LEADS])
    talking = visible.filter(conversation__last_message_at__isnull=False)
    found = list(talking.order_by("-conversation__last_message_at", "-pk")[:_MOST_LEADS])
    return found or list(visible.newest_first()[:_MOST_LEADS])


def _lines(lead: Lead) -> list[Line]:
    """The newest at the end; one statement."""
    theirs = Message.objects.filter(organization=lead.organization_id, conversation=lead.conversation_id)
    found = list(theirs.order_by("-created_at", "-pk")[:_MOST_MESSAGES]) if lead.conversation_id else []
    now = timezone.now()
    return [_line(message, now) for message in reversed(found)]


def _line(message: Message, now: Any) -> Line:
    is_mine = message.direction == Direction.INBOUND
    return Line(
        message=message,
        is_mine=is_mine,
        is_event=not is_mine and message.state not in _ON_THE_PHONE,
        can_report=message.state == MessageState.SENT and message.provider == "simulator",
        words=state_of(message, now)[1],
    )
