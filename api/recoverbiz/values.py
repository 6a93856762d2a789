"""Values in bodies and queries: each of its documented type, or refused by the name of its field."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from api.recoverbiz.vocabulary import DEFAULT_PAGE, LONGEST_PAGE
from leads.errors import InvalidValue

type Body = Mapping[str, Any]

_WHOLE_NUMBER = re.compile(r"[+-]?\d+\Z", re.ASCII)
#: More digits than any number of ours has.
_MANY_DIGITS = 18
_FARTHEST_OFFSET = 2**31


@dataclass(frozen=True, slots=True)
class Page:
    limit: int
    offset: int

    def of(self, name: str, rows: list[Any], total: int) -> dict[str, Any]:
        """The list as the document has it: {<name>, total, limit, offset}."""
        return {name: rows, "total": total, "limit": self.limit, "offset": self.offset}


def page(query: QueryDict) -> Page:
    """?limit=&offset=: a limit beyond 1..250 is brought back into it, anything but a whole number refused."""
    limit = _whole_number(query, "limit", DEFAULT_PAGE)
    offset = _whole_number(query, "offset", 0)
    return Page(min(max(limit, 1), LONGEST_PAGE), min(max(offset, 0), _FARTHEST_OFFSET))


def given_of(body: Body, *required: str) -> dict[str, Any]:
    """What the body gives: null counts as left out. Raises InvalidValue for what is required and missing."""
    given = {key: value for key, value in body.items() if value is not None}
    for name in required:
        if name not in given:
            raise InvalidValue(f"{name} is required", field=name)
    return given


def text(given: object, name: str, limit: int | None = None) -> str:
    if not isinstance(given, str):
        raise InvalidValue(f"{name} must be a string", field=name)
    if limit is not None and len(given) > limit:
        raise InvalidValue(f"{name} must be at most {limit} characters", field=name)
    return given


def name_of(given: object) -> str:
    """1 to 255 characters that are not all blank."""
    name = text(given, "name", 255).strip()
    if not name:
        raise InvalidValue("name must not be empty", field="name")
    return name


def boolean(given: object, name: str) -> bool:
    if not isinstance(given, bool):
        raise InvalidValue(f"{name} must be true or false", field=name)
    return given


def integer(given: object, name: str, longest: int) -> int:
    """A whole number from 0; true is none, and 24.0 is 24, as everywhere in JSON."""
    number = int(given) if isinstance(given, float) and given.is_integer() else given
    if not isinstance(number, int) or isinstance(number, bool) or not 0 <= number <= longest:
        raise InvalidValue(f"{name} must be a whole number from 0 to {longest:,}", field=name)
    return number


def object_(given: object, name: str) -> dict[str, Any]:
    if not isinstance(given, dict):
        raise InvalidValue(f"{name} must be an object", field=name)
    return given


def _whole_number(query: QueryDict, name: str, default: int) -> int:
    given = query.get(name, "").strip()
    if not given:
        return default
    if not _WHOLE_NUMBER.match(given):
        raise InvalidValue(f"{name} must be a whole number", field=name)
    digits = given.lstrip("+-0")[:_MANY_DIGITS] or "0"
    return -int(digits) if given.startswith("-") else int(digits)
