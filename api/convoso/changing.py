"""Change or delete a lead that the dialler names; all that is not given stays."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from api.convoso import errors, phones, rows, vocabulary
from api.convoso.fields import lead_fields
from api.convoso.parameters import Parameters, row_id
from crm.models import Actor, Advisor, Organization
from leads.editing import change_lead
from leads.intake import OnDuplicate
from leads.models import Lead
from leads.pipeline import assign_to, delete_lead
from leads.suppression import set_do_not_call


@transaction.atomic
def update_lead(organization: Organization, given: Parameters, *, by: Actor, now: dt.datetime) -> Lead:
    """Change the lead of lead_id. Raises Refused or a DomainError."""
    if row_id(given.text("lead_id")) is None:
        raise errors.refused(errors.INVALID_LEAD_ID)
    lead = rows.lead_called(organization, given["lead_id"])
    if lead is None:
        raise errors.refused(errors.LEAD_NOT_FOUND)
    links: dict[str, Any] = {}
    if given.text("list_id").strip("0"):
        links["dial_list"] = rows.list_called(organization, given["list_id"])
    if "phone_number" in given or "phone_code" in given:
        links |= _phone_columns(lead, given)
    owner = rows.owner_called(organization, given.text("owner_id"))
    change(lead, given, links, owner=owner, by=by, now=now)
    return lead


@transaction.atomic
def remove_lead(organization: Organization, given: Parameters, *, by: Actor, now: dt.datetime) -> None:
    """Delete the lead of lead_id. Raises Refused."""
    lead = rows.lead_called(organization, given.text("lead_id"))
    if lead is None or not delete_lead(lead, by=by, now=now):
        raise errors.refused(errors.NO_SUCH_LEAD)


def change(
    lead: Lead, given: Parameters, links: Mapping[str, Any], *, owner: Advisor | None, by: Actor, now: dt.datetime
) -> None:
    """Overwrite what is given, and the columns in links. The lead is locked by the caller."""
    fields = lead_fields(given, lead.custom_fields)
    change_lead(lead, {**fields, **links}, by=by, now=now, on_duplicate=OnDuplicate.NEW)
    if owner:
        assign_to(lead, owner, by=by, now=now)
    if fields.get("status_code", "").upper() == vocabulary.DO_NOT_CALL_STATUS and not lead.is_do_not_call:
        set_do_not_call(lead, reason="Convoso status DNC", by=by, now=now)


def _phone_columns(lead: Lead, given: Parameters) -> dict[str, str]:
    """A new number, or the old one with another country code."""
    if "phone_number" in given:
        return phones.phone_of(given).columns
    return phones.read(phones.local(lead.phone_e164, lead.phone), given["phone_code"]).columns
