"""What a row of a file says in place of what is known about a lead. Empty cells say nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from leads import contact, fields
from leads.models import Lead

_ADDRESS = ("phone", "phone_e164", "phone_code")
#: Where somebody came from is told once.
_FIRST_WORD = frozenset({"source", "source_label"})


def readdressed(lead: Lead, values: Mapping[str, Any]) -> dict[str, str]:
    """The phone number, where it is another one; conversations and duplicates hang on it."""
    new = values.get("phone_e164")
    if not new or new == lead.phone_e164:
        return {}
    return {"phone": values["phone"], "phone_e164": new}


def overwrite(lead: Lead, given: Mapping[str, Any], values: Mapping[str, Any]) -> set[str]:
    """In memory; the names of the columns that changed."""
    changed: set[str] = set()

    def put(column: str, value: Any) -> None:
        if value not in ("", None) and value != getattr(lead, column):
            setattr(lead, column, value)
            changed.add(column)

    for column in values.keys() - set(fields.NAMES) - {"source"}:
        value = values[column]
        if column in fields.OBJECTS:
            put(column, getattr(lead, column) | {key: item for key, item in (value or {}).items() if item != ""})
        elif not (column in _FIRST_WORD and getattr(lead, column)):
            put(column, value)
    for column, value in _names(lead, given, values).items():
        put(column, value)
    return changed


def _names(lead: Lead, given: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, str]:
    """A whole name brings its parts along, and a part makes a new whole with the part that stays."""
    if given.get("name"):
        return {column: values.get(column, "") for column in fields.NAMES}
    if not (given.get("first_name") or given.get("last_name")):
        return {}
    first, last = given.get("first_name") or lead.first_name, given.get("last_name") or lead.last_name
    return {"first_name": first, "last_name": last, "name": contact.joined_name(first, last)[:255]}
