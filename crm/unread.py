"""What is left of a request's body is read before it is answered: who is still sending does not hear the answer."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable

from django.core.handlers.wsgi import WSGIRequest
from django.http.response import HttpResponseBase

_PIECE = 64 * 1024
#: Bytes and seconds after which the connection is given up: nobody means such a body.
_MOST = 32 * 1024 * 1024
_LONGEST = 10.0
#: Whoever sends nothing holds a thread while it is waited for: never more than half of them.
_MAY_READ = threading.BoundedSemaphore(max(1, int(os.environ.get("WEB_THREADS", "4")) // 2))


class ReadToTheEnd:
    """
    Lets a refusal (401, 404, 413, 429) arrive that was made without a look at the body.

    The web server closes a connection on which it has answered too early; a client in the midst of sending then sees
    a broken pipe and never the status, nor when to come again.
    """

    def __init__(self, get_response: Callable[[WSGIRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: WSGIRequest) -> HttpResponseBase:
        response = self.get_response(request)
        is_waiting = "HTTP_EXPECT" in request.META  # to be told to send
        if not (hasattr(request, "_body") or is_waiting) and _MAY_READ.acquire(blocking=False):
            try:
                _read_on(request)
            finally:
                _MAY_READ.release()
        return response


def _read_on(request: WSGIRequest) -> None:
    is_chunked = "HTTP_TRANSFER_ENCODING" in request.META and not request.META.get("CONTENT_LENGTH")
    read = (request.META["wsgi.input"] if is_chunked else request._stream).read
    until, left = time.monotonic() + _LONGEST, _MOST
    try:
        while left > 0 and time.monotonic() < until and (piece := read(_PIECE)):
            left -= len(piece)
    except OSError:
        return  # the client has gone
