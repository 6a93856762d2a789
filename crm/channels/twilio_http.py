"""The way to Twilio's API: one try within a budget, and a difference between "never left" and "may have arrived"."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import urllib3
from django.conf import settings
from twilio.http import HttpClient
from twilio.http.response import Response
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError

#: Seconds for one exchange, and for a connection to come about.
BUDGET, CONNECT = 4.5, 2.0
_MOST_BYTES = 4 * 1024 * 1024
_OFFICIAL = "https://api.twilio.com"


class NeverLeft(Exception):
    """No connection came about, so Twilio knows nothing of the request."""


class MayHaveArrived(Exception):
    """The request went out, and no usable answer came back."""


class Http(HttpClient):
    """What twilio.rest.Client sends with: settings.TWILIO_API_URL, no retries, no redirects."""

    def __init__(self) -> None:
        super().__init__(logging.getLogger("twilio.http_client"), False, BUDGET)
        self._base = settings.TWILIO_API_URL.rstrip("/")
        self._pool = urllib3.PoolManager(maxsize=4, retries=False)

    def request(
        self,
        method: str,
        url: str,
        params: Mapping[str, Any] | None = None,
        data: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,
        allow_redirects: bool = False,
    ) -> Response:
        if params:
            url = f"{url}?{urlencode(params, doseq=True)}"
        name_and_password = urllib3.make_headers(basic_auth=":".join(auth)) if auth else {}
        deadline = time.monotonic() + BUDGET
        try:
            answer = self._pool.request(
                method.upper(),
                url.replace(_OFFICIAL, self._base, 1),
                body=urlencode(data, doseq=True) if data else None,
                headers={**(headers or {}), **name_and_password},
                timeout=urllib3.Timeout(connect=CONNECT, total=BUDGET),
                redirect=False,
                preload_content=False,
            )
            return Response(answer.status, _read(answer, deadline).decode("utf-8", "replace"), answer.headers)
        except (NewConnectionError, ConnectTimeoutError) as error:
            raise NeverLeft(_words(error)) from error
        except (HTTPError, OSError) as error:
            raise MayHaveArrived(_words(error)) from error


def _read(answer: urllib3.BaseHTTPResponse, deadline: float) -> bytes:
    """The body, unless it drips in beyond the deadline."""
    body = bytearray()
    try:
        for piece in answer.stream(16 * 1024):
            body += piece
            if time.monotonic() > deadline or len(body) > _MOST_BYTES:
                raise TimeoutError("the answer took too long")
    except BaseException:
        answer.close()
        raise
    answer.release_conn()
    return bytes(body)


def _words(error: Exception) -> str:
    return type(error).__name__ if isinstance(error, HTTPError) else str(error)
