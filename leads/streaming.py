"""Sound from private storage, whole or in spans of bytes; who may hear it was decided before."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import IO, Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from leads.models import Recording
from leads.recordings import Span, span_asked

_PIECE = 64 * 1024
HEADERS = {"Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff", "Accept-Ranges": "bytes"}


def served(request: HttpRequest, found: Recording, file: IO[bytes], *, is_saved: bool = False) -> HttpResponseBase:
    """
    200 with the whole file, 206 with the span of bytes that was asked for, 416 for a span beyond its end.

    is_saved: never shown by itself, whatever is in it; <audio> plays it all the same.
    """
    size, tag = file.seek(0, os.SEEK_END), f'"{found.uuid.hex}"'
    asked = request.headers.get("Range", "") if request.headers.get("If-Range", tag) == tag else ""
    try:
        span = span_asked(asked, size)
    except ValueError:
        file.close()
        return HttpResponse(status=416, headers={**HEADERS, "Content-Range": f"bytes */{size}"})
    sent = span or Span(0, size - 1)
    headers: dict[str, Any] = {**HEADERS, "Content-Length": str(sent.length), "ETag": tag, **_named(found, is_saved)}
    if span:
        headers["Content-Range"] = f"bytes {span.first}-{span.last}/{size}"
    if request.method == "HEAD":
        file.close()
    return StreamingHttpResponse(
        _pieces(file, sent) if request.method == "GET" else (),
        status=206 if span else 200,
        content_type=headers.pop("Content-Type"),
        headers=headers,
    )


def _named(found: Recording, is_saved: bool) -> dict[str, str]:
    """Sound is played where it is; anything else that may lie there is only ever saved."""
    is_sound = found.content_type.startswith(("audio/", "video/")) and found.content_type.isprintable()
    kind = found.content_type if is_sound else "application/octet-stream"
    suffix = "mp3" if kind == "audio/mpeg" else kind.partition("/")[2].partition(";")[0].removeprefix("x-")
    name = f"recording-{found.pk}.{suffix if suffix.isalnum() else 'bin'}"
    return {
        "Content-Type": kind,
        "Content-Disposition": f'{"inline" if is_sound and not is_saved else "attachment"}; filename="{name}"',
    }


def _pieces(file: IO[bytes], span: Span) -> Iterator[bytes]:
    with file:
        file.seek(span.first)
        left = span.length
        while left > 0 and (piece := file.read(min(_PIECE, left))):
            left -= len(piece)
            yield piece
