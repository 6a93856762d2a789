"""Accounts: what callers send and get back."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

from api.recoverbiz.values import Body, boolean, given_of, name_of, text
from crm.models import Organization
from leads.errors import InvalidValue


def new_account(body: Body) -> dict[str, Any]:
    """{name, timezone?}, in the columns of an organisation."""
    return _columns({key: value for key, value in given_of(body, "name").items() if key != "is_active"})


def account_changes(body: Body) -> dict[str, Any]:
    """Those of name, timezone and is_active that are given; none of them can be cleared."""
    return _columns(body)


def _columns(given: Body) -> dict[str, Any]:
    columns: dict[str, Any] = {}
    if "name" in given:
        columns["name"] = name_of(given["name"])
    if "timezone" in given:
        columns["time_zone"] = _time_zone(given["timezone"])
    if "is_active" in given:
        columns["is_active"] = boolean(given["is_active"], "is_active")
    return columns


def _time_zone(given: object) -> str:
    name = text(given, "timezone")
    if name not in available_timezones():
        raise InvalidValue("timezone must be an IANA name such as America/New_York", field="timezone")
    return name


def account(row: Organization) -> dict[str, Any]:
    return {
        "id": row.public_id,
        "name": row.name,
        "timezone": row.time_zone,
        "is_active": row.is_active,
        "created_at": row.created_at,
    }
