"""The door of every page about one lead: strangers get 404, and times are the organisation's."""

from __future__ import annotations

import uuid as uuids
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django_htmx.http import HttpResponseClientRedirect

from crm.access import AdvisorRequest, advisor_required
from leads.duplicates import survivor_of
from leads.models import Lead

type LeadPage[**P] = Callable[Concatenate[AdvisorRequest, Lead, P], HttpResponseBase]

_LOADED = ("organization", "stage", "advisor__user", "conversation", "company", "dial_list")


def of_visible_lead[**P](view: LeadPage[P]) -> Callable[..., HttpResponseBase]:
    """Calls view(request, lead, …) with the lead of this uuid, if the advisor may see it."""

    @advisor_required
    @never_cache
    @wraps(view)
    def opened(request: AdvisorRequest, uuid: uuids.UUID, *args: Any, **kwargs: Any) -> HttpResponseBase:
        lead = Lead.objects.visible_to(request.advisor).select_related(*_LOADED).filter(uuid=uuid).first()
        if lead is None:
            return _to_survivor(request, uuid)
        return view(request, lead, *args, **kwargs)

    return opened


def _to_survivor(request: AdvisorRequest, uuid: uuids.UUID) -> HttpResponse:
    """A page of a lead that was merged leads to the one that it was merged into; what would change it leads nowhere."""
    survivor = survivor_of(uuid, request.advisor) if request.method in ("GET", "HEAD") else None
    if survivor is None:
        raise Http404("No such lead.")
    url = f"/leads/{survivor.uuid}"
    return HttpResponseClientRedirect(url) if wants_part(request) else redirect(url)


def wants_part(request: HttpRequest) -> bool:
    """htmx asks for fragments; a plain link or form gets a page."""
    return bool(request.htmx)  # type: ignore[attr-defined]
