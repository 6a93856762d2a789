"""Requirements of the checklist: what callers send and get back."""

from __future__ import annotations

from typing import Any

from api.recoverbiz.values import Body, boolean, given_of, integer, name_of, text
from leads.errors import InvalidValue
from leads.models import ItemKind, Requirement
from leads.requirements import LAST_POSITION

_LONGEST_DESCRIPTION = 10_000


def new_requirement(body: Body) -> dict[str, Any]:
    """{name, type, description?, order?, is_active?}, in the columns of a requirement."""
    return requirement_changes(given_of(body, "name", "type"))


def requirement_changes(body: Body) -> dict[str, Any]:
    """Those that are given; null clears the description and is refused elsewhere."""
    columns: dict[str, Any] = {}
    if "name" in body:
        columns["name"] = name_of(body["name"])
    if "type" in body:
        columns["kind"] = _kind(body["type"])
    if "description" in body:
        columns["description"] = text(
            "" if body["description"] is None else body["description"], "description", _LONGEST_DESCRIPTION
        )
    if "order" in body:
        columns["position"] = integer(body["order"], "order", LAST_POSITION)
    if "is_active" in body:
        columns["is_active"] = boolean(body["is_active"], "is_active")
    return columns


def _kind(given: object) -> str:
    if not isinstance(given, str) or given not in ItemKind.values:
        raise InvalidValue(f"type must be one of {', '.join(ItemKind.values)}", field="type")
    return given


def requirement(row: Requirement) -> dict[str, Any]:
    return {
        "id": row.public_id,
        "name": row.name,
        "type": row.kind,
        "description": row.description,
        "order": row.position,
        "is_active": row.is_active,
    }
