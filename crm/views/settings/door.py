"""The door of the settings: managers only, nothing kept by a cache."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from crm.access import AdvisorRequest, Page, advisor_required
from crm.views.context import Place

#: The tabs there are; one joins them in the commit that builds it.
TABS = (
    Place("crm:settings-team", gettext_lazy("Team"), "people"),
    Place("crm:settings-access", gettext_lazy("Access"), "lock"),
    Place("leads:settings-assignment", gettext_lazy("Assignment"), "people"),
    Place("leads:settings-stages", gettext_lazy("Stages"), "board"),
    Place("leads:settings-tags", gettext_lazy("Tags"), "tag"),
    Place("leads:settings-checklist", gettext_lazy("Checklist"), "check"),
    Place("leads:settings-calls", gettext_lazy("Calls"), "phone"),
    Place("crm:settings-channels", gettext_lazy("Channels"), "message"),
    Place("leads:settings-sending", gettext_lazy("Sending"), "send"),
    Place("crm:settings-hours", gettext_lazy("Hours"), "clock"),
    Place("leads:settings-ai", gettext_lazy("AI"), "spark"),
    Place("crm:settings-keys", gettext_lazy("Keys"), "lock"),
    Place("crm:settings-webhooks", gettext_lazy("Webhooks"), "link"),
    Place("leads:settings-retention", gettext_lazy("Retention"), "clock"),
    Place("leads:settings-audit", gettext_lazy("Audit log"), "lock"),
)


def manager_required[**P](view: Page[P]) -> Callable[..., HttpResponseBase]:
    """Let managers and administrators of the organisation through; tell others that this is not theirs."""

    @advisor_required
    @never_cache
    @wraps(view)
    def opened(request: AdvisorRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.advisor.is_manager:
            raise PermissionDenied(_("Settings are for managers. Ask one of yours to change something."))
        return view(request, *args, **kwargs)

    return opened


@manager_required
@require_safe
def first(request: AdvisorRequest) -> HttpResponse:
    return redirect(TABS[0].name)


def page(request: HttpRequest, tab: str, template: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """
    A page inside the frame of the settings, under one of its tabs.

    Those of other apps say the tab's and the template's names in full: "leads:settings-tags", "leads/settings/tags".
    """
    frame = {"tabs": TABS, "tab": tab if ":" in tab else f"crm:settings-{tab}"}
    path = template if "/" in template else f"crm/settings/{template}"
    return render(request, f"{path}.html", frame | context, status=status)
