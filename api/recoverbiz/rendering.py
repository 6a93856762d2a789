"""How RecoverBiz shows a lead."""

from __future__ import annotations

from django.utils.translation import gettext as _

from api.recoverbiz import reading, shapes
from api.recoverbiz.vocabulary import TEXT_COLUMNS
from api.rendered import Rendered
from leads.models import Lead

#: Columns of a lead that can be read here.
SHOWN = frozenset(TEXT_COLUMNS.values()) | {"phone", "phone_e164", "stage", "metadata", "conversation", "created_at"}


def render(lead: Lead) -> Rendered:
    """Here a phone number means one lead: none without, and of duplicates the first."""
    asked = f"GET /v1/accounts/{lead.organization.public_id}/leads/{lead.phone_e164 or ''}"
    if not lead.phone_e164:
        return Rendered(asked, None, _("Leads are found by their phone number here, and this one has none to dial."))
    if lead.duplicate_of_id:
        return Rendered(asked, None, _("A phone number means one lead here, and another lead answers to this one."))
    return Rendered(asked, shapes.full_lead(reading.lead_by_phone(lead.organization, lead.phone_e164)))
