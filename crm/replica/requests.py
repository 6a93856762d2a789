"""The middleware that remembers who has written, before they hear that it is done."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

from crm import reach
from crm.replica import reading, written

_SAFE = ("GET", "HEAD", "OPTIONS", "TRACE")


class ReadYourWrites:
    """
    Whose rows a request has written is read from the primary until the replica has them: whoever wrote, whoever they
    tell of it, with the same log-in, key or link or another.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        with reading.request() as course:
            response = self.get_response(request)
            if request.method not in _SAFE and not course.has_read:
                course.written.add(reach.current())  # by statements of its own, perhaps
        written.remember(course.written)
        return response
