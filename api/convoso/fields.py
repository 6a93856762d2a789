"""The columns that a lead gets from a request's parameters."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import orjson

from api.convoso import errors, moments, vocabulary
from api.convoso.parameters import Parameters
from leads import contact
from leads.errors import InvalidValue
from leads.fields import amount

_MONEY_MARKS = re.compile(r"[$,\s]")


def lead_fields(given: Parameters, custom: Mapping[str, Any]) -> dict[str, Any]:
    """
    Intake's fields for what is given, but for phone, list and owner. custom: the custom fields so far.

    Unknown parameters become custom fields, and so does a number or date that is none: nothing that came is lost.
    Raises Refused for an e-mail address that is none and for texts that are too long.
    """
    if "email" in given and not contact.is_email(given["email"]):
        raise errors.refused(errors.INVALID_EMAIL)
    fields: dict[str, Any] = {}
    unread: dict[str, str] = {}
    read: set[str] = set()
    for name in given.keys() & vocabulary.COLUMNS.keys():
        value = _readable(name, given[name])
        if value is None:
            unread[name] = given[name]
            continue
        if len(value) > vocabulary.LENGTHS.get(name, len(value)):
            raise errors.invalid(name, f"must be at most {vocabulary.LENGTHS[name]} characters")
        fields[vocabulary.COLUMNS[name]] = value
        read |= {name} & custom.keys()
    if any(len(name) > vocabulary.CUSTOM_NAME_LENGTH for name in given.names):
        raise errors.invalid("Custom fields", f"have names of at most {vocabulary.CUSTOM_NAME_LENGTH} characters")
    if unread or read or _own(given):
        kept = {name: value for name, value in custom.items() if name not in read}
        fields["custom_fields"] = _bounded({**kept, **unread, **_own(given)})
    return fields


def _readable(name: str, text: str) -> str | None:
    """The text as its column keeps it; None for a number or date that is none."""
    if name in vocabulary.DATES:
        return moments.date_text(text)
    if name in vocabulary.NUMBERS:
        number = _MONEY_MARKS.sub("", text)
        try:
            amount(number)
        except InvalidValue:
            return None
        return number
    return text


def _own(given: Parameters) -> dict[str, str]:
    """Parameters that the document does not know."""
    known = vocabulary.COLUMNS.keys() | vocabulary.OPTIONS | vocabulary.OURS
    return {name: value for name, value in given.items() if name not in known}


def _bounded(custom: dict[str, Any]) -> dict[str, Any]:
    if len(orjson.dumps(custom, default=str)) > vocabulary.CUSTOM_FIELDS_BYTES:
        raise errors.invalid("Custom fields", f"must be at most {vocabulary.CUSTOM_FIELDS_BYTES} bytes of JSON")
    return custom
