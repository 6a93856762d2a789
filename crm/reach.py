"""
Whose rows the running code reaches: those of one organisation, everybody's, or (unless somebody says so) nobody's.

PostgreSQL holds the code to it where the site runs as a role behind the wall (crm/postgresql/wall.py); elsewhere these
are words. Each request begins with nobody's rows, and whoever finds out whose it is says so, once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import cast

from django.http import FileResponse, HttpRequest, HttpResponseBase, StreamingHttpResponse

NOBODY, EVERYBODY = "", "*"

_reach: ContextVar[str] = ContextVar("reach", default=NOBODY)

type Handler = Callable[[HttpRequest], HttpResponseBase]


def current() -> str:
    """An organisation's id in digits, EVERYBODY or NOBODY."""
    return _reach.get()


@contextmanager
def of(organization_id: int) -> Iterator[None]:
    """With the rows of this organisation alone."""
    with _set_to(str(organization_id)):
        yield


@contextmanager
def everybody() -> Iterator[None]:
    """With the rows of all organisations. tests/wall/test_everybody.py lists the code that may, and why."""
    with _set_to(EVERYBODY):
        yield


@contextmanager
def nobody() -> Iterator[None]:
    with _set_to(NOBODY):
        yield


def turn_to(organization_id: int) -> None:
    """From here to the end of the request the rows of this organisation, and no others."""
    _reach.set(str(organization_id))


def turn_to_everybody() -> None:
    """The same for what belongs to no organisation: staff, and keys of partners."""
    _reach.set(EVERYBODY)


class Fenced:
    """The middleware that lets each request begin with nobody's rows, and leaves nothing behind for the next."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        with nobody():
            response = self.get_response(request)
            if isinstance(response, StreamingHttpResponse) and not isinstance(response, FileResponse):
                parts = cast(Iterator[bytes], response.streaming_content)
                response.streaming_content = _kept(parts, current())
        return response


def _kept(parts: Iterator[bytes], reach: str) -> Iterator[bytes]:
    """What is written while it is sent is written long after the view has ended."""
    while True:
        with _set_to(reach):
            part = next(parts, None)
        if part is None:
            return
        yield part


@contextmanager
def _set_to(reach: str) -> Iterator[None]:
    token = _reach.set(reach)
    try:
        yield
    finally:
        _reach.reset(token)
