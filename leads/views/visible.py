"""The door of every page about one lead: strangers get 404, and times are the organisation's."""

from __future__ import annotations

import uuid as uuids
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.cache import never_cache

from crm.access import AdvisorRequest, advisor_required
from leads.models import Lead
from leads.zones import is_zone

type LeadPage[**P] = Callable[Concatenate[AdvisorRequest, Lead, P], HttpResponse]

_LOADED = ("organization", "stage", "advisor__user", "conversation", "company", "dial_list")


def of_visible_lead[**P](view: LeadPage[P]) -> Callable[..., HttpResponse]:
    """Calls view(request, lead, …) with the lead of this uuid, if the advisor may see it."""

    @advisor_required
    @never_cache
    @wraps(view)
    def opened(request: AdvisorRequest, uuid: uuids.UUID, *args: Any, **kwargs: Any) -> HttpResponse:
        lead = get_object_or_404(Lead.objects.visible_to(request.advisor).select_related(*_LOADED), uuid=uuid)
        zone = request.advisor.organization.time_zone
        with timezone.override(ZoneInfo(zone if is_zone(zone) else "UTC")):
            return view(request, lead, *args, **kwargs)

    return opened


def wants_part(request: HttpRequest) -> bool:
    """htmx asks for fragments; a plain link or form gets a page."""
    return bool(request.htmx)  # type: ignore[attr-defined]
