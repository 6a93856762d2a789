"""The door of the settings: managers only, the organisation's own time, nothing kept by a cache."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from crm.access import AdvisorRequest, Page, advisor_required
from crm.models import Organization
from crm.views.context import Place

#: The tabs there are; one joins them in the commit that builds it.
TABS = (Place("crm:settings-keys", "Keys", "lock"), Place("crm:settings-webhooks", "Webhooks", "link"))


def manager_required[**P](view: Page[P]) -> Callable[..., HttpResponse]:
    """Let managers and administrators of the organisation through; tell others that this is not theirs."""

    @advisor_required
    @never_cache
    @wraps(view)
    def opened(request: AdvisorRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.advisor.is_manager:
            raise PermissionDenied("Settings are for managers. Ask one of yours to change something.")
        with timezone.override(zone_of(request.advisor.organization)):
            return view(request, *args, **kwargs)

    return opened


def zone_of(organization: Organization) -> ZoneInfo:
    try:
        return ZoneInfo(organization.time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


@manager_required
@require_safe
def first(request: AdvisorRequest) -> HttpResponse:
    return redirect("crm:settings-keys")


def page(request: HttpRequest, tab: str, template: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """A page inside the frame of the settings, under one of its tabs."""
    frame = {"tabs": TABS, "tab": f"crm:settings-{tab}"}
    return render(request, f"crm/settings/{template}.html", frame | context, status=status)
