"""What every page of the workspace needs to draw its frame."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from crm.models import Advisor


@dataclass(frozen=True, slots=True)
class Place:
    """A page in the navigation. A page joins the list in the commit that builds it, so that nothing leads nowhere."""

    name: str
    label: str
    icon: str

    @property
    def url(self) -> str:
        return reverse(self.name)


PLACES = (Place("leads:board", "Board", "board"),)
SETTINGS = Place("crm:settings", "Settings", "settings")


def workspace(request: HttpRequest) -> dict[str, Any]:
    """The advisor that advisor_required has let in (never looked up here) and the pages there are."""
    advisor: Advisor | None = getattr(request, "advisor", None)
    match = request.resolver_match
    here = match.view_name if match else ""
    return {
        "advisor": advisor,
        "places": PLACES if advisor else (),
        "here": here,
        "settings_place": SETTINGS if advisor and advisor.is_manager else None,
        "is_in_settings": here.startswith(SETTINGS.name),
    }
