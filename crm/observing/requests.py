"""The outermost layer around every request: a name for it, how long it took, and what became of it."""

from __future__ import annotations

import logging
import re
import time
import uuid
from collections.abc import Callable

import structlog
from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from crm.observing import metrics, security
from crm.observing.logs import ACCESS

type Handler = Callable[[HttpRequest], HttpResponseBase]

log = logging.getLogger(ACCESS)

_PLAUSIBLE = re.compile(r"[\w.-]{8,64}\Z", re.ASCII)


class Observed:
    """
    Gives each request the id that a proxy of ours gave it (X-Request-ID), or a new one, and answers with it.

    The access line names the route, never the address: addresses and queries may hold what nobody may log.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        begun = time.perf_counter()
        given = _of_our_proxy(request)
        request_id = given if _PLAUSIBLE.match(given) else uuid.uuid4().hex
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        response = self.get_response(request)
        response.headers.setdefault("X-Request-ID", request_id)
        self._tell(request, response, time.perf_counter() - begun)
        return response

    def _tell(self, request: HttpRequest, response: HttpResponseBase, seconds: float) -> None:
        if metrics.is_on:
            door, method = _door(request), str(request.method)
            metrics.REQUESTS.labels(door, method, response.status_code).inc()
            metrics.REQUEST_SECONDS.labels(door).observe(seconds)
        security.tell_of_refusal(request, response)
        if log.isEnabledFor(logging.INFO):
            match = request.resolver_match
            about = {
                "method": request.method,
                "route": match.route if match else "",
                "status": response.status_code,
                "milliseconds": round(seconds * 1000, 1),
            }
            log.info("request", extra=about)


def _of_our_proxy(request: HttpRequest) -> str:
    """What our own proxies said, for a request that came through as many as there are (TRUSTED_PROXIES)."""
    proxies, about = settings.ALLAUTH_TRUSTED_PROXY_COUNT, request.META  # request.headers would be made of all of them
    if not proxies or about.get("HTTP_X_FORWARDED_FOR", "").count(",") + 1 < proxies:
        return ""
    return str(about.get("HTTP_X_REQUEST_ID", "")) if "HTTP_X_FORWARDED_FOR" in about else ""


def _door(request: HttpRequest) -> str:
    """The contract that was asked, "admin", "pages", or "none" for what nobody answers to, static files too."""
    if (match := request.resolver_match) is None:
        return "none"
    view = getattr(match.func, "cls", match.func)
    app, _, below = view.__module__.partition(".")
    if app == "api":
        return below.partition(".")[0]
    return "admin" if match.app_name == "admin" else "pages"
