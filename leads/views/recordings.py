"""Recordings of a lead's calls: hand one in, listen, remove."""

from __future__ import annotations

import uuid as uuids
from typing import cast

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_POST, require_safe

from crm.access import AdvisorRequest
from crm.models import Actor
from leads import call_recordings
from leads.errors import DomainError
from leads.models import Call, Lead, Recording
from leads.streaming import served
from leads.views.documents import too_large, weighed
from leads.views.stored import opened_or_told
from leads.views.visible import of_visible_lead, wants_part


@weighed
@require_POST
@of_visible_lead
def upload(request: AdvisorRequest, lead: Lead, pk: int) -> HttpResponse:
    """files: one MP3 or WAV of this call."""
    call = get_object_or_404(Call, lead=lead, organization=lead.organization, pk=min(pk, 2**63 - 1))
    if request.is_too_large:  # type: ignore[attr-defined]
        return _answered(request, lead, refused=too_large())
    return csrf_protect(_upload)(request, lead, call)


def _upload(request: AdvisorRequest, lead: Lead, call: Call) -> HttpResponse:
    file = request.FILES.get("files")
    if file is None:
        return _answered(request, lead, refused=_("Choose a file first."))
    try:
        call_recordings.keep(call, file, by=Actor.advisor(request.advisor), now=timezone.now())
    except DomainError as refused:
        return _answered(request, lead, refused=refused.words)
    return _answered(request, lead, done=_("The recording is kept with its call."))


@of_visible_lead
@require_safe
def recording(request: AdvisorRequest, lead: Lead, recording: uuids.UUID) -> HttpResponse:
    """The sound, whole or in spans of bytes."""
    found = _recording(lead, recording)
    file = opened_or_told(request, lambda: found.file.open("rb"))
    if isinstance(file, HttpResponse):
        return file
    if request.method == "GET":
        span, by = request.headers.get("Range", ""), Actor.advisor(request.advisor)
        call_recordings.played(found, span, by=by, now=timezone.now())
    return cast(HttpResponse, served(request, found, file, is_saved=True))


@of_visible_lead
@require_POST
def removal(request: AdvisorRequest, lead: Lead, recording: uuids.UUID) -> HttpResponse:
    """Delete it for good."""
    call_recordings.remove(_recording(lead, recording), by=Actor.advisor(request.advisor), now=timezone.now())
    return _answered(request, lead, done=_("The recording is gone."))


def _recording(lead: Lead, uuid: uuids.UUID) -> Recording:
    return get_object_or_404(
        Recording.objects.select_related("call"), uuid=uuid, organization=lead.organization, call__lead=lead
    )


def _answered(request: AdvisorRequest, lead: Lead, *, done: str = "", refused: str = "") -> HttpResponse:
    """A word at the edge of the page; the timeline shows the rest."""
    if not wants_part(request):
        (messages.error if refused else messages.success)(request, refused or done)
        return redirect("leads:lead", lead.uuid)
    context = {"text": refused or done, "icon_name": "alert" if refused else "check"}
    response = render(request, "leads/_told.html", context, status=422 if refused else 200)
    if done:
        response["HX-Trigger"] = "lead-changed"
    return response
