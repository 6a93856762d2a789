"""What an insert does, in the order in which the contract checks it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from api.convoso import duplicates, errors, phones, rows, vocabulary
from api.convoso.changing import change
from api.convoso.fields import lead_fields
from api.convoso.parameters import Parameters
from api.convoso.phones import Phone
from api.convoso.refusing import refuse_unwanted
from crm.models import Actor, Advisor, Organization
from leads import dialing, taking_turns
from leads.intake import Action, OnDuplicate, Received, receive_lead
from leads.line_types import line_type_of
from leads.models import ConsentBasis, DialList, Lead, Source
from leads.suppression import set_do_not_call


@transaction.atomic
def insert_lead(organization: Organization, given: Parameters, *, by: Actor, now: dt.datetime) -> Lead:
    """Make a lead, or change the one that update_if_found finds. Raises Refused or a DomainError."""
    if "phone_number" not in given or "list_id" not in given:
        raise errors.refused(errors.PHONE_AND_LIST_REQUIRED)
    dial_list = rows.list_called(organization, given["list_id"])
    phone = phones.phone_of(given)
    fields = lead_fields(given, {}) | phone.columns | {"dial_list": dial_list}
    owner = rows.owner_called(organization, given.text("owner_id"))
    _refuse_missing(dial_list, given)
    refuse_unwanted(organization, phone, given)

    def decide() -> Received:
        if given.flag("update_if_found") and (known := duplicates.lead_to_update(organization, phone, given)):
            change(known, given, {**phone.columns, "dial_list": dial_list}, owner=owner, by=by, now=now)
            return Received(known, Action.UPDATED)
        if duplicates.is_checked(given) and duplicates.duplicates(organization, phone, dial_list, given).exists():
            raise errors.refused(errors.DUPLICATE_LEAD)
        return _create(organization, _with_defaults(fields, phone, owner), by, now)

    depends = duplicates.is_checked(given) or given.flag("update_if_found")
    received = taking_turns.at_phone(organization, phone.e164, decide) if depends else decide()
    _put_in_hopper(received.lead, given, by, now)
    return received.lead


def _refuse_missing(dial_list: DialList, given: Parameters) -> None:
    required = (name.strip() for name in dial_list.required_fields.split(","))
    if missing := [name for name in required if name and name not in given]:
        raise errors.refused(errors.FIELDS_MISSED, f"Required fields are missed: {', '.join(missing)}")


def _with_defaults(fields: Mapping[str, Any], phone: Phone, owner: Advisor | None) -> dict[str, Any]:
    kind = line_type_of(phone.e164)
    return {"status_code": "NEW", "carrier_type": kind.value if kind else ""} | dict(fields) | {"advisor": owner}


def _create(organization: Organization, fields: Mapping[str, Any], by: Actor, now: dt.datetime) -> Received:
    received = receive_lead(
        organization=organization,
        fields=fields,
        by=by,
        now=now,
        on_duplicate=OnDuplicate.NEW,
        source=Source.DIALER,
        consent=ConsentBasis.PARTNER,
        consent_source=by.label,
    )
    if fields["status_code"].upper() == vocabulary.DO_NOT_CALL_STATUS:
        set_do_not_call(received.lead, reason="Convoso status DNC", by=by, now=now)
    return received


def _put_in_hopper(lead: Lead, given: Parameters, by: Actor, now: dt.datetime) -> None:
    if not given.flag("hopper"):
        return
    highest, longest = dialing.HIGHEST_PRIORITY, int(dialing.LONGEST_WAIT.total_seconds() // 60)
    priority = given.number_within("hopper_priority", 0, highest)
    minutes = given.number_within("hopper_expires_in", 1, longest)
    dialing.put_in_hopper(
        lead,
        priority=highest if priority is None else priority,
        expires_at=now + dt.timedelta(minutes=minutes) if minutes else None,
        by=by,
        now=now,
    )
