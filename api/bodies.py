"""JSON in and out: tolerant of the header, strict about the text."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any

import orjson
from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest, HttpResponse
from django.http.request import UnreadablePostError

from api.refusals import Condition, Unacceptable

#: Deeper nesting than this is an attack, not a lead.
DEPTH_LIMIT = 64

_MARK = b"\xef\xbb\xbf"
_NOT_JSON = ("multipart/", "application/x-www-form-urlencoded", "application/xml", "text/xml", "image/", "audio/")


def parsed(request: HttpRequest) -> Any:
    """
    The JSON value in the body, whatever its Content-Type says.

    Raises Unacceptable: MALFORMED (no JSON), UNSUPPORTED_MEDIA_TYPE (no JSON and declared as something else, or
    compressed), TOO_LARGE, INVALID (JSON with text or numbers that no database keeps: NUL, half a surrogate pair).
    """
    body = raw(request)
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise _what_is_wrong(request, body) from error
    if b"\\u0000" in body and (culprit := _nul_in(value)) is not None:
        raise Unacceptable(Condition.INVALID, "The character U+0000 is not allowed", field=culprit)
    if body.count(b"[") + body.count(b"{") > DEPTH_LIMIT and _is_deep(value):
        raise Unacceptable(Condition.INVALID, f"JSON may be nested {DEPTH_LIMIT} levels deep")
    return value


def parsed_object(request: HttpRequest) -> dict[str, Any]:
    """The JSON object in the body; any other JSON value is INVALID."""
    value = parsed(request)
    if not isinstance(value, dict):
        raise Unacceptable(Condition.INVALID, "The request body must be a JSON object")
    return value


def raw(request: HttpRequest) -> bytes:
    """The bytes of the body, without a byte order mark."""
    if request.META.get("HTTP_CONTENT_ENCODING", "identity").strip().lower() not in {"", "identity"}:
        raise Unacceptable(Condition.UNSUPPORTED_MEDIA_TYPE, "Compressed request bodies are not supported")
    try:
        return (_chunked(request) if _is_chunked(request) else request.body).removeprefix(_MARK)
    except RequestDataTooBig as error:
        raise Unacceptable(Condition.TOO_LARGE) from error
    except UnreadablePostError as error:
        raise Unacceptable(Condition.MALFORMED, "The request body ended early") from error


def _is_chunked(request: HttpRequest) -> bool:
    return "chunked" in request.META.get("HTTP_TRANSFER_ENCODING", "").lower() and not request.META.get(
        "CONTENT_LENGTH"
    )


def _chunked(request: HttpRequest) -> bytes:
    """A body that came in pieces, of a length not told beforehand: Django takes it for empty, the server has it."""
    left, pieces = settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1, []
    while left and (piece := request.META["wsgi.input"].read(left)):
        pieces.append(piece)
        left -= len(piece)
    if not left:
        raise RequestDataTooBig
    return b"".join(pieces)


def _what_is_wrong(request: HttpRequest, body: bytes) -> Unacceptable:
    """orjson refuses for several reasons; the slower parser tells them apart."""
    try:
        json.loads(body, parse_constant=_no_constant)
    except RecursionError:
        return Unacceptable(Condition.INVALID, f"JSON may be nested {DEPTH_LIMIT} levels deep")
    except ValueError:
        if body.strip() and (request.content_type or "").startswith(_NOT_JSON):
            return Unacceptable(Condition.UNSUPPORTED_MEDIA_TYPE)
        return Unacceptable(Condition.MALFORMED)
    return Unacceptable(Condition.INVALID, "The request body has text or numbers that can't be kept")


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _nul_in(value: Any) -> str | None:
    """The outermost key under which a NUL stands ("" when there is none), or None: a backslash may be escaped too."""
    for where, part in value.items() if isinstance(value, dict) else [("", value)]:
        if "\0" in where or _holds_nul(part):
            return where.replace("\0", "")
    return None


def _holds_nul(value: Any) -> bool:
    if isinstance(value, str):
        return "\0" in value
    if isinstance(value, dict):
        return any("\0" in key or _holds_nul(part) for key, part in value.items())
    return isinstance(value, list) and any(_holds_nul(part) for part in value)


def _is_deep(value: Any) -> bool:
    level: list[Any] = [value]
    for _ in range(DEPTH_LIMIT):
        level = [
            part
            for holder in level
            for part in (holder.values() if isinstance(holder, dict) else holder if isinstance(holder, list) else ())
            if isinstance(part, dict | list)
        ]
        if not level:
            return False
    return True


def rendered(value: Any) -> bytes:
    """JSON bytes. Times must be aware and come out in UTC as 2026-02-15T10:30:00Z."""
    try:
        return orjson.dumps(value, option=orjson.OPT_UTC_Z | orjson.OPT_OMIT_MICROSECONDS)
    except TypeError:  # a whole number of more than 64 bits, or half a surrogate pair, in stored JSON
        return json.dumps(value, cls=_SlowEncoder, separators=(",", ":")).encode()


class _SlowEncoder(DjangoJSONEncoder):
    """Writes times as orjson does."""

    def default(self, o: Any) -> Any:
        return zulu(o) if isinstance(o, dt.datetime) else super().default(o)


def answer(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> HttpResponse:
    """A JSON response."""
    return HttpResponse(rendered(value), status=status, content_type="application/json", headers=dict(headers or {}))


def zulu(moment: dt.datetime | None) -> str | None:
    """2026-02-15T10:30:00Z: UTC, whole seconds."""
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if moment else None
