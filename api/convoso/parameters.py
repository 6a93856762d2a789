"""A request's parameters, wherever they stand and however they are spelled."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import orjson
from django.http import HttpRequest, QueryDict
from django.http.multipartparser import MultiPartParserError

from api import bodies
from api.convoso import errors
from api.refusals import Condition, Unacceptable

_WHOLE = re.compile(r"[+-]?[0-9]+\Z", re.ASCII)
_TRUE = frozenset({"1", "true", "yes", "on", "y", "t"})
#: Beyond any number that a database keeps; longer ones mean no row.
_FAR = 10**18


class Parameters(Mapping[str, str]):
    """Texts by name, trimmed. An empty one counts as not given, but for its name, which is among the names."""

    def __init__(self, given: Iterable[tuple[str, str]]) -> None:
        stripped = {name.strip(): value.strip() for name, value in given}
        self.names = frozenset(stripped)
        self._texts = {name: value for name, value in stripped.items() if name and value}

    def __getitem__(self, name: str) -> str:
        return self._texts[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)

    def __len__(self) -> int:
        return len(self._texts)

    def text(self, name: str) -> str:
        return self._texts.get(name, "")

    def flag(self, name: str) -> bool:
        """1, true, yes or on in any case; anything else is false."""
        return self.text(name).lower() in _TRUE

    def number(self, name: str) -> int | None:
        """A whole number; None when there is none."""
        return whole(self.text(name))

    def number_within(self, name: str, least: int, most: int) -> int | None:
        """A whole number, drawn into the bounds; None when there is none."""
        number = self.number(name)
        return None if number is None else max(least, min(number, most))

    def refuse_unkeepable(self) -> None:
        """Raises Unacceptable for NUL characters and for names such as a[b]: parameters do not nest."""
        if any("\0" in text for text in (*self.names, *self._texts.values())):
            raise Unacceptable(Condition.INVALID, "The character U+0000 is not allowed")
        if any("[" in name for name in self.names):
            raise Unacceptable(Condition.INVALID, "Nested parameters are not supported")


def whole(text: str) -> int | None:
    """The number in "12" or "-3"; None for anything else. Endless ones become merely far too large."""
    if not _WHOLE.match(text):
        return None
    sign = -1 if text.startswith("-") else 1
    digits = text.lstrip("+-").lstrip("0") or "0"
    return sign * (int(digits) if len(digits) <= 18 else _FAR)


def row_id(text: str) -> int | None:
    """An id as a row may have it: a positive whole number; None for anything else."""
    number = whole(text)
    return number if number is not None and number > 0 else None


def parameters_of(request: HttpRequest) -> Parameters:
    """Query string and body together; the body wins. Raises Unacceptable for a body that can't be read."""
    body = _body(request) if request.method == "POST" else []
    return Parameters([*_pairs(request.GET), *body])


def _pairs(form: QueryDict) -> list[tuple[str, str]]:
    """The last of several values, as everywhere in forms."""
    return [(name, str(value or "")) for name, value in form.items()]


def _body(request: HttpRequest) -> list[tuple[str, str]]:
    """By content type, except that JSON is JSON also when a client sends it as a form or as plain text."""
    kind = request.content_type or ""
    raw = bodies.raw(request)
    is_json = bool(raw) and kind.endswith("json")  # white space alone is a form without fields, but no JSON
    raw = raw.strip()
    if not raw and not is_json:
        return []
    if is_json or (raw.startswith((b"{", b"[")) and not kind.startswith("multipart/")):
        return [(name, _text(name, value)) for name, value in bodies.parsed_object(request).items()]
    if kind.startswith("multipart/"):
        try:
            return _pairs(request.POST)
        except MultiPartParserError as error:
            raise Unacceptable(Condition.MALFORMED) from error
    return _pairs(QueryDict(raw, encoding="utf-8"))


def _text(name: str, value: Any) -> str:
    """A JSON value as a form would have it."""
    match value:
        case None:
            return ""
        case str():
            return value
        case bool():
            return "1" if value else "0"
        case float() if value.is_integer() and abs(value) < _FAR:  # 1e300 would have 301 digits
            return str(int(value))
        case int() | float():
            return orjson.dumps(value).decode()
    raise errors.invalid(name[:100], "must not be nested: nested parameters are not supported")
