"""How userleads shows a lead."""

from __future__ import annotations

from django.utils.translation import gettext as _

from api.rendered import Rendered
from api.userleads import listing, shapes
from leads.models import Lead

#: Columns of a lead that can be read here.
SHOWN = frozenset(shapes.LEAD) | {"stage", "company", "advisor"}


def render(lead: Lead) -> Rendered:
    """As its advisor's key shows it: to nobody else, and never without a company."""
    asked = f"GET /v1/leads/{lead.pk}"
    if lead.advisor is None:
        return Rendered(asked, None, _("Here a key shows what its advisor is responsible for, and nobody is for this."))
    body = shapes.leads(listing.leads_of(lead.advisor).filter(pk=lead.pk), lead.advisor)[0]
    words = "" if lead.company_id else _("It gets a company, and company_id an integer, when a key first asks for it.")
    return Rendered(asked, body, words)
