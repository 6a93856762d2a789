"""What every page of the workspace needs to draw its frame."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from crm.models import Advisor


@dataclass(frozen=True, slots=True)
class Place:
    """A page in the navigation. A page joins the list in the commit that builds it, so that nothing leads nowhere."""

    name: str
    label: str | Promise
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
    Place("leads:queue", gettext_lazy("Queue"), "queue"),
    Place("leads:dialer", gettext_lazy("Dialer"), "phone"),
    Place("leads:board", gettext_lazy("Board"), "board"),
    Place("leads:list", gettext_lazy("Leads"), "people"),
    Place("leads:reviews", gettext_lazy("Drafts"), "spark"),
    Place("sequences:list", gettext_lazy("Sequences"), "sequence", above="sequences:", is_extra=True),
    Place("leads:reports", gettext_lazy("Reports"), "chart", is_extra=True),
)
SETTINGS = Place("crm:settings", gettext_lazy("Settings"), "settings")


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
