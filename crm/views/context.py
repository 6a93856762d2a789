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
    #: What the names of the pages below it begin with.
    above: str = ""
    #: On a phone it stands in the menu.
    is_extra: bool = False

    def holds(self, here: str) -> bool:
        return bool(self.above) and here.startswith(self.above)

    @property
    def url(self) -> str:
        return reverse(self.name)


PLACES = (
    Place("leads:queue", "Queue", "queue"),
    Place("leads:dialer", "Dialer", "phone"),
    Place("leads:board", "Board", "board"),
    Place("leads:list", "Leads", "people"),
    Place("leads:reviews", "Drafts", "spark"),
    Place("sequences:list", "Sequences", "sequence", above="sequences:", is_extra=True),
    Place("leads:reports", "Reports", "chart", is_extra=True),
)
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
        "place_above": next((place.name for place in PLACES if place.holds(here)), ""),
        "settings_place": SETTINGS if advisor and advisor.is_manager else None,
        "is_in_settings": here.partition(":")[2].startswith("settings"),
    }
