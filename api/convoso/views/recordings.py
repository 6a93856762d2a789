"""The sound of a recording, for whoever holds its signed address."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO, Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from leads.models import Recording
from leads.recordings import Expired, Span, recording_named, span_asked

_PIECE = 64 * 1024
_HEADERS = {"Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff", "Accept-Ranges": "bytes"}


@require_safe
def recording(request: HttpRequest, token: str) -> HttpResponseBase:
    """
    200 with the whole file, 206 with one span of bytes, 416 for a span beyond its end.

    410 for an address that has expired, 404 for one that was never made or whose recording is gone. No sign-in, no
    cookie: the address is the key.
    """
    try:
        found = recording_named(token)
        file: IO[bytes] | None = found.file.open("rb") if found else None
    except Expired:
        return HttpResponse("This address has expired.", status=410, content_type="text/plain", headers=_HEADERS)
    except OSError:
        file = None
    if found is None or file is None:
        return HttpResponse("There is no such recording.", status=404, content_type="text/plain", headers=_HEADERS)
    return _served(request, found, file)


def _served(request: HttpRequest, found: Recording, file: IO[bytes]) -> HttpResponseBase:
    size, tag = found.file.size, f'"{found.uuid.hex}"'
    asked = request.headers.get("Range", "") if request.headers.get("If-Range", tag) == tag else ""
    try:
        span = span_asked(asked, size)
    except ValueError:
        file.close()
        return HttpResponse(status=416, headers={**_HEADERS, "Content-Range": f"bytes */{size}"})
    sent = span or Span(0, size - 1)
    headers: dict[str, Any] = {**_HEADERS, "Content-Length": str(sent.length), "ETag": tag, **_named(found)}
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


def _named(found: Recording) -> dict[str, str]:
    """Sound is played where it is; anything else that may lie there is only ever saved."""
    is_sound = found.content_type.startswith(("audio/", "video/")) and found.content_type.isprintable()
    kind = found.content_type if is_sound else "application/octet-stream"
    suffix = "mp3" if kind == "audio/mpeg" else kind.partition("/")[2].partition(";")[0].removeprefix("x-")
    name = f"recording-{found.pk}.{suffix if suffix.isalnum() else 'bin'}"
    return {
        "Content-Type": kind,
        "Content-Disposition": f'{"inline" if is_sound else "attachment"}; filename="{name}"',
    }


def _pieces(file: IO[bytes], span: Span) -> Iterator[bytes]:
    with file:
        file.seek(span.first)
        left = span.length
        while left > 0 and (piece := file.read(min(_PIECE, left))):
            left -= len(piece)
            yield piece
