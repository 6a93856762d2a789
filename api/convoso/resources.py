"""Leads, recordings, lists and campaigns as Convoso shows them: ids and nearly all values are texts, "" when empty."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from api.convoso import moments, phones, vocabulary
from crm.models import Organization
from leads import contact
from leads.models import Campaign, DialList, LeadQuerySet, Recording

_MOMENTS = {
    "created_at": "created_at",
    "modified_at": "updated_at",
    "last_called_at": "last_called_at",
    "deleted_at": "deleted_at",
    "archived_at": "archived_at",
}
READ = (
    "pk", "phone", "phone_e164", "phone_code", "dial_list_id", "advisor__user_id", "custom_fields",
    *_MOMENTS.values(), *vocabulary.COLUMNS.values(),
)  # fmt: skip


def leads(rows: LeadQuerySet) -> list[dict[str, str]]:
    """The leads of a page, in their order. One statement."""
    return [_lead(row) for row in rows.values(*READ)]


def _lead(row: Mapping[str, Any]) -> dict[str, str]:
    """The document's 23 fields, those that insert knows beside them, and the organisation's own."""
    owner = _id(row["advisor__user_id"])
    own = {name: _text(value) for name, value in row["custom_fields"].items() if not isinstance(value, dict | list)}
    return own | {
        "id": str(row["pk"]),
        **{name: moments.shown(row[column]) for name, column in _MOMENTS.items()},
        **{name: row[column] or own.get(name, "") for name, column in vocabulary.COLUMNS.items()},
        "owner_id": owner,
        "user_id": owner,
        "list_id": _id(row["dial_list_id"]),
        "phone_number": phones.local(row["phone_e164"], row["phone"]),
        "phone_code": contact.country_code_of(row["phone_e164"]) if row["phone_e164"] else row["phone_code"],
        **{name: phones.local(contact.e164(row[name]), row[name]) for name in vocabulary.ALT_PHONES},
    }


def _id(number: int | None) -> str:
    return "" if number is None else str(number)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(int(value))
    return "" if value is None else str(value)


def recording(row: Recording, url_of: Callable[[Recording], str]) -> dict[str, Any]:
    """A recording with its call loaded."""
    return {
        "recording_id": str(row.pk),
        "lead_id": str(row.call.lead_id),
        "start_time": moments.shown(row.started_at),
        "end_time": moments.shown(row.ended_at),
        "seconds": row.seconds,
        "url": url_of(row),
    }


def dial_list(row: DialList, last_called_at: Any) -> dict[str, str]:
    return {
        "id": str(row.pk),
        "name": row.name,
        "status": _switch(row.is_active),
        "campaign_id": _id(row.campaign_id),
        "description": row.description,
        "last_called_at": moments.shown(last_called_at),
    }


def campaign(row: Campaign, last_called_at: Any, organization: Organization) -> dict[str, Any]:
    """last_call_date is the day in the organisation's time zone, in the form that PHP gives dates; null for never."""
    zone = organization.time_zone
    date = last_called_at.astimezone(ZoneInfo(zone)).date().isoformat() if last_called_at else None
    return {
        "id": str(row.pk),
        "name": row.name,
        "status": _switch(row.is_active),
        "last_call_date": {"date": date, "timezone_type": 3, "timezone": zone} if date else None,
    }


def _switch(is_active: bool) -> str:
    return "Y" if is_active else "N"
