"""How Convoso shows a lead."""

from __future__ import annotations

from django.utils.translation import gettext as _

from api.convoso import resources, searching
from api.convoso.parameters import Parameters
from api.rendered import Rendered
from leads.models import Lead

#: Columns of a lead that can be read here.
SHOWN = frozenset(resources.READ) | {"name", "advisor", "dial_list"}


def render(lead: Lead) -> Rendered:
    """Found by its id; archived ones are hidden from a search that does not ask for them."""
    body = searching.found(lead.organization, Parameters([("lead_id", str(lead.pk))]))
    words = _("It is archived, and searches hide it unless they ask for archived leads.") if lead.archived_at else ""
    return Rendered(f"GET /v1/leads/search?lead_id={lead.pk}", body, words)
