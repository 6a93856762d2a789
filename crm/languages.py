"""In which language somebody reads: what they chose, else what their organisation did, else what their browser asks."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language_from_request, override

type Handler = Callable[[HttpRequest], HttpResponseBase]

_A_YEAR = 365 * 24 * 3600


class Speaking:
    """
    Pages in the language that the cookie or the browser asks for, and no longer than the request lasts.

    Whoever is let in to the workspace reads it in a language of their own (crm/access.py), and so does staff in the
    administration (crm/admin_site.py); the cookie is there for the pages around them: their log-in, errors. Contracts
    come before this, and speak English.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        language = get_language_from_request(request)
        with override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
        chosen: str | None = getattr(request, "chosen_language", None)
        response.headers.setdefault("Content-Language", chosen or language)
        if chosen is None:
            patch_vary_headers(response, ["Accept-Language", "Cookie"])
        elif request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME) != chosen:
            remember(response, chosen)
        return response


def remember(response: HttpResponseBase, language: str) -> None:
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=_A_YEAR,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
