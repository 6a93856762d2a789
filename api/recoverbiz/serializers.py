"""What RecoverBiz's callers send: each type as documented, each refusal naming its field."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from api.recoverbiz.vocabulary import (
    BULK_ROWS,
    DEFAULT_PAGE,
    LONGEST_DELAY_HOURS,
    LONGEST_PAGE,
    STATUSES,
    STEPS,
    TEXT_COLUMNS,
    TEXT_LENGTHS,
)
from leads import contact
from leads.errors import DomainError, InvalidPhone, InvalidValue

type Body = Mapping[str, Any]

_WHOLE_NUMBER = re.compile(r"[+-]?\d{1,20}\Z", re.ASCII)
_LONGEST_PHONE = 40
_LONGEST_SEARCH = 255
_FARTHEST_OFFSET = 2**31


@dataclass(frozen=True, slots=True)
class Import:
    """One lead to import: the columns for intake, and whether the default sequence shall start."""

    fields: dict[str, Any]
    auto_sequence: bool


@dataclass(frozen=True, slots=True)
class Page:
    limit: int
    offset: int


@dataclass(frozen=True, slots=True)
class LeadFilter:
    """What the list shall show: a status ("" for all), words to search for, and which page."""

    status: str
    search: str
    page: Page


def lead_import(body: object) -> Import:
    """{phone, name?, …, metadata?, auto_sequence?}; null counts as left out. Raises InvalidValue, InvalidPhone."""
    if not isinstance(body, dict):
        raise InvalidValue("Each lead must be an object")
    given = {key: value for key, value in body.items() if value is not None}
    if "phone" not in given:
        raise InvalidValue("phone is required", field="phone")
    fields = {"phone": phone(given["phone"])} | _texts(given)
    if "metadata" in given:
        fields["metadata"] = _object(given["metadata"], "metadata")
    return Import(fields, _boolean(given.get("auto_sequence", False), "auto_sequence"))


def bulk_import(body: Body) -> list[Import | DomainError]:
    """{"leads": [...]} of at most 1,000; a bad row stands as its error and harms no other."""
    rows = body.get("leads")
    if not isinstance(rows, list):
        raise InvalidValue("leads must be an array", field="leads")
    if len(rows) > BULK_ROWS:
        raise InvalidValue(f"leads may hold at most {BULK_ROWS:,} leads, not {len(rows):,}", field="leads")
    return [_row(row) for row in rows]


def _row(row: object) -> Import | DomainError:
    try:
        return lead_import(row)
    except DomainError as error:
        return error


def lead_changes(body: Body) -> tuple[dict[str, Any], str | None]:
    """The columns to overwrite and the status to give; null clears what is not phone or status."""
    given = {key: "" if value is None else value for key, value in body.items()}
    changes = _texts(given)
    if "phone" in given:
        changes["phone"] = phone(given["phone"])
    if "metadata" in given:
        changes["metadata"] = _object(given["metadata"] or {}, "metadata")
    return changes, _status(given["status"]) if "status" in given else None


def lead_filter(query: QueryDict) -> LeadFilter:
    """?status=&search=&limit=&offset="""
    status, search = query.get("status", ""), query.get("search", "").strip()
    if len(search) > _LONGEST_SEARCH:
        raise InvalidValue(f"search must be at most {_LONGEST_SEARCH} characters", field="search")
    return LeadFilter(_status(status) if status else "", search, page(query))


def page(query: QueryDict) -> Page:
    """?limit=&offset=: a limit beyond 1..250 is brought back into it, anything but a whole number refused."""
    limit = _whole_number(query, "limit", DEFAULT_PAGE)
    offset = _whole_number(query, "offset", 0)
    return Page(min(max(limit, 1), LONGEST_PAGE), min(max(offset, 0), _FARTHEST_OFFSET))


def new_sequence(body: Body) -> dict[str, Any]:
    """{name, steps, description?, is_active?, is_default?} for sequences.authoring.create_sequence."""
    given = {key: value for key, value in body.items() if value is not None}
    for required in ("name", "steps"):
        if required not in given:
            raise InvalidValue(f"{required} is required", field=required)
    return sequence_changes(given)


def sequence_changes(body: Body) -> dict[str, Any]:
    """Those of name, description, is_active, is_default and steps that are given."""
    changes: dict[str, Any] = {}
    if "name" in body:
        changes["name"] = _text(body["name"], "name", 255).strip()
        if not changes["name"]:
            raise InvalidValue("name must not be empty", field="name")
    if "description" in body:
        changes["description"] = _text("" if body["description"] is None else body["description"], "description")
    for flag in ("is_active", "is_default"):
        if flag in body:
            changes[flag] = _boolean(body[flag], flag)
    if "steps" in body:
        changes["steps"] = _steps(body["steps"])
    return changes


def _steps(given: object) -> list[dict[str, Any]]:
    if not isinstance(given, list) or not given:
        raise InvalidValue("steps must be an array with at least one step", field="steps")
    if len(given) > STEPS:
        raise InvalidValue(f"steps may hold at most {STEPS} steps", field="steps")
    return [_step(step, f"steps[{order}]") for order, step in enumerate(given)]


def _step(given: object, where: str) -> dict[str, Any]:
    """One step; its order is its place, whatever order it claims."""
    if not isinstance(given, dict):
        raise InvalidValue(f"{where} must be an object", field=where)
    kind = given.get("type")
    if kind not in ("fixed", "ai"):
        raise InvalidValue(f"{where}.type must be fixed or ai", field=f"{where}.type")
    key = "message" if kind == "fixed" else "instructions"
    text = _text(given.get(key) or "", f"{where}.{key}")
    if not text.strip():
        raise InvalidValue(f"{where}.{key} is required for a step of type {kind}", field=f"{where}.{key}")
    hours = given.get("delay_hours")
    hours = 0 if hours is None else hours
    if not isinstance(hours, int) or isinstance(hours, bool) or not 0 <= hours <= LONGEST_DELAY_HOURS:
        raise InvalidValue(
            f"{where}.delay_hours must be a whole number from 0 to {LONGEST_DELAY_HOURS:,}",
            field=f"{where}.delay_hours",
        )
    skip = given.get("skip_if_replied")
    skip = _boolean(True if skip is None else skip, f"{where}.skip_if_replied")
    return {"kind": kind, key: text, "delay_hours": hours, "skip_if_replied": skip}


def phone(given: object) -> str:
    """A phone number that can be dialled, as it was given. A JSON number is no phone number but a wrong type."""
    if not isinstance(given, str):
        raise InvalidValue("phone must be a string", field="phone")
    if len(given) > _LONGEST_PHONE or contact.e164(given) is None:
        raise InvalidPhone(given[:_LONGEST_PHONE])
    return given.strip()


def _texts(given: Body) -> dict[str, Any]:
    texts = {
        column: _text(given[name], name, TEXT_LENGTHS[name]).strip()
        for name, column in TEXT_COLUMNS.items()
        if name in given
    }
    if texts.get("email") and not contact.is_email(texts["email"]):
        raise InvalidValue("email must be a valid email address", field="email")
    return texts


def _text(given: object, name: str, limit: int | None = None) -> str:
    if not isinstance(given, str):
        raise InvalidValue(f"{name} must be a string", field=name)
    if limit is not None and len(given) > limit:
        raise InvalidValue(f"{name} must be at most {limit} characters", field=name)
    return given


def _boolean(given: object, name: str) -> bool:
    if not isinstance(given, bool):
        raise InvalidValue(f"{name} must be true or false", field=name)
    return given


def _object(given: object, name: str) -> dict[str, Any]:
    if not isinstance(given, dict):
        raise InvalidValue(f"{name} must be an object", field=name)
    return given


def _status(given: object) -> str:
    if given not in STATUSES:
        raise InvalidValue(f"status must be one of {', '.join(STATUSES)}", field="status")
    return str(given)


def _whole_number(query: QueryDict, name: str, default: int) -> int:
    given = query.get(name, "").strip()
    if not given:
        return default
    if not _WHOLE_NUMBER.match(given):
        raise InvalidValue(f"{name} must be a whole number", field=name)
    return int(given)
