"""What RecoverBiz's callers send: each type as documented, each refusal naming its field."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from api.recoverbiz.values import Body, Page, boolean, given_of, integer, name_of, object_, page, text
from api.recoverbiz.vocabulary import BULK_ROWS, LONGEST_DELAY_HOURS, STATUSES, STEPS, TEXT_COLUMNS, TEXT_LENGTHS
from leads import contact
from leads.errors import DomainError, InvalidPhone, InvalidValue

_LONGEST_PHONE = 40
_LONGEST_SEARCH = 255


@dataclass(frozen=True, slots=True)
class Import:
    """One lead to import: the columns for intake, and whether the default sequence shall start."""

    fields: dict[str, Any]
    auto_sequence: bool


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
    given = given_of(body, "phone")
    fields = {"phone": phone(given["phone"])} | _texts(given)
    if "metadata" in given:
        fields["metadata"] = object_(given["metadata"], "metadata")
    return Import(fields, boolean(given.get("auto_sequence", False), "auto_sequence"))


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
        changes["metadata"] = {} if body["metadata"] is None else object_(body["metadata"], "metadata")
    return changes, _status(given["status"]) if "status" in given else None


def lead_filter(query: QueryDict) -> LeadFilter:
    """?status=&search=&limit=&offset="""
    status, search = query.get("status", ""), query.get("search", "").strip()
    if len(search) > _LONGEST_SEARCH:
        raise InvalidValue(f"search must be at most {_LONGEST_SEARCH} characters", field="search")
    return LeadFilter(_status(status) if status else "", search, page(query))


def new_sequence(body: Body) -> dict[str, Any]:
    """{name, steps, description?, is_active?, is_default?} for sequences.authoring.create_sequence."""
    return sequence_changes(given_of(body, "name", "steps"))


def sequence_changes(body: Body) -> dict[str, Any]:
    """Those of name, description, is_active, is_default and steps that are given."""
    changes: dict[str, Any] = {}
    if "name" in body:
        changes["name"] = name_of(body["name"])
    if "description" in body:
        changes["description"] = text("" if body["description"] is None else body["description"], "description")
    for flag in ("is_active", "is_default"):
        if flag in body:
            changes[flag] = boolean(body[flag], flag)
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
    words = text(given.get(key) or "", f"{where}.{key}")
    if not words.strip():
        raise InvalidValue(f"{where}.{key} is required for a step of type {kind}", field=f"{where}.{key}")
    hours = given.get("delay_hours")
    hours = integer(0 if hours is None else hours, f"{where}.delay_hours", LONGEST_DELAY_HOURS)
    skip = given.get("skip_if_replied")
    skip = boolean(True if skip is None else skip, f"{where}.skip_if_replied")
    return {"kind": kind, key: words, "delay_hours": hours, "skip_if_replied": skip}


def phone(given: object) -> str:
    """A phone number that can be dialled, as it was given. A JSON number is no phone number but a wrong type."""
    if not isinstance(given, str):
        raise InvalidValue("phone must be a string", field="phone")
    if len(given) > _LONGEST_PHONE or contact.e164(given) is None:
        raise InvalidPhone(given[:_LONGEST_PHONE])
    return given.strip()


def _texts(given: Body) -> dict[str, Any]:
    texts = {
        column: text(given[name], name, TEXT_LENGTHS[name]).strip()
        for name, column in TEXT_COLUMNS.items()
        if name in given
    }
    if texts.get("email") and not contact.is_email(texts["email"]):
        raise InvalidValue("email must be a valid email address", field="email")
    return texts


def _status(given: object) -> str:
    if given not in STATUSES:
        raise InvalidValue(f"status must be one of {', '.join(STATUSES)}", field="status")
    return str(given)
