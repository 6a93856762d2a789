"""Change what is known about a lead."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from crm import events
from crm.models import Actor
from crm.models.encrypted import EncryptedField
from leads import contact, fields, scoring, tagging, tallies
from leads.errors import Changed, DuplicateLead
from leads.intake import OnDuplicate
from leads.models import Conversation, Lead
from leads.pipeline import promote_oldest_duplicate

#: In the history, instead of what lies encrypted.
_CLOSED = "•••"


def change_lead(
    lead: Lead,
    changes: Mapping[str, Any],
    *,
    by: Actor,
    now: dt.datetime,
    on_duplicate: OnDuplicate = OnDuplicate.FILL,
) -> set[str]:
    """
    Overwrite the given fields (same keys as intake; tags replaces them all); returns the names of those that changed.

    A phone or external id that another lead answers to raises DuplicateLead, unless on_duplicate is NEW: then the
    lead becomes that one's duplicate. Stage and advisor have their own functions in leads/pipeline.py.
    """
    for _attempt in range(5):
        try:
            with transaction.atomic():
                return _change(lead, changes, by, now, on_duplicate)
        except IntegrityError:
            if on_duplicate is OnDuplicate.FILL:
                break  # with NEW, look again for the lead that was first
    raise DuplicateLead(_("Another lead answers to this phone or external id."))


def _change(lead: Lead, changes: Mapping[str, Any], by: Actor, now: dt.datetime, on_duplicate: OnDuplicate) -> set[str]:
    locked = Lead.objects.select_for_update(no_key=True).live().filter(pk=lead.pk).first()
    if locked is None:
        raise Changed(_("This lead was deleted meanwhile."))
    values = _rejoined(locked, fields.column_values(changes))
    before = tallies.weigh(locked, -1)
    changed = {column for column, value in values.items() if getattr(locked, column) != value}
    history = {column: [_shown(column, getattr(locked, column)), _shown(column, values[column])] for column in changed}
    for column in changed:
        setattr(locked, column, values[column])
    leaves_phone = "phone_e164" in changed
    had_duplicates = leaves_phone and locked.duplicate_of_id is None
    if leaves_phone:
        locked.duplicate_of = _holder_of_phone(locked, on_duplicate)
        changed.add("duplicate_of")
    if changed & {"phone_e164", "email"}:
        locked.last_contacted_at = locked.contacted_at  # in whichever conversation that was
        changed.add("last_contacted_at")
        locked.conversation = Conversation.objects.filter(
            organization_id=locked.organization_id, address=locked.address
        ).first()
        changed.add("conversation")
    if "tags" in changes and tagging.replace(locked, changes["tags"] or []):
        history["tags"] = [[], list(changes["tags"] or [])]
    if not history:
        return set()
    changed |= scoring.rescored(locked, changed)
    locked.updated_at = now
    locked.save(update_fields=[*changed, "updated_at"])
    for column in (*changed, "updated_at"):
        setattr(lead, column, getattr(locked, column))
    heirs = promote_oldest_duplicate(locked) if had_duplicates else []
    tallies.add([before, tallies.weigh(locked), *heirs])
    events.record("lead.updated", organization=lead.organization_id, lead_id=lead.pk, by=by, now=now, changes=history)
    return set(history)


def _rejoined(lead: Lead, values: dict[str, Any]) -> dict[str, Any]:
    """A new first or last name makes a new name, from the part that stays and the part that changed."""
    if "first_name" in values or "last_name" in values:
        first = values.get("first_name", lead.first_name)
        last = values.get("last_name", lead.last_name)
        if values.get("name", "") in (
            "",
            contact.joined_name(values.get("first_name", ""), values.get("last_name", "")),
        ):
            values["name"] = contact.joined_name(first, last)[:255]
    elif values.get("name") == "":
        values["first_name"] = values["last_name"] = ""
    return values


def _holder_of_phone(lead: Lead, on_duplicate: OnDuplicate) -> Lead | None:
    """The other lead that answers to the lead's new phone, if it may be its duplicate."""
    if not lead.phone_e164:
        return None
    others = Lead.objects.live().filter(organization_id=lead.organization_id, duplicate_of=None).exclude(pk=lead.pk)
    holder = others.filter(phone_e164=lead.phone_e164).first()
    if holder and on_duplicate is OnDuplicate.FILL:
        raise DuplicateLead(_("Another lead answers to this phone."), field="phone")
    return holder


def _shown(column: str, value: Any) -> Any:
    """A value as JSON can keep it; of what lies encrypted only that there is something."""
    if value and isinstance(Lead._meta.get_field(column), EncryptedField):
        return _CLOSED
    if value is None or isinstance(value, str | int | bool | dict | list):
        return value
    return str(value)
