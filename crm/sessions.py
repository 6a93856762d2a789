"""How long a session lasts, and by which key: until nobody is there, for days at most; another key for each proof."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest
from django.http.response import HttpResponseBase

#: In a session, Unix seconds: when they signed in, and when they last did something.
BEGAN, SEEN = "began_at", "seen_at"
#: A session is written to at most so often, in seconds, because somebody is there.
_EVERY = 60


@receiver(user_logged_in)
def begin(sender: Any, request: HttpRequest, **_: Any) -> None:
    request.session[BEGAN] = request.session[SEEN] = int(time.time())


class Bounded:
    """
    Ends sessions that are past their time, before anything is shown; below Django's own middlewares of the session.

    Whoever shows once more who they are gets another key, as with signing in: one that was read before opens nothing of
    what they do now. Who leaves takes along what the browser keeps of our pages, to go back to.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not _is_signed_in(request):
            return self.get_response(request)
        if _is_over(request):
            logout(request)
        elif _is_somebodys(request):
            _note(request)
        key, proofs = request.session.session_key, _proofs(request)
        response = self.get_response(request)
        if not _is_signed_in(request):
            response.headers["Clear-Site-Data"] = '"cache"'
        elif request.session.session_key == key and _proofs(request) > proofs:
            request.session.cycle_key()
            UserSession.objects.filter(session_key=key).update(session_key=request.session.session_key)
        return response


def _is_signed_in(request: HttpRequest) -> bool:
    return request.user.is_authenticated


def _is_over(request: HttpRequest) -> bool:
    now, session = time.time(), request.session
    began, seen = session.get(BEGAN, 0), session.get(SEEN, 0)
    return bool(now - began > settings.SESSION_COOKIE_AGE or now - seen > settings.SESSION_IDLE_SECONDS)


def _is_somebodys(request: HttpRequest) -> bool:
    """A page was opened or something was done. What a page that lies open asks for by itself is nobody."""
    if request.method not in ("GET", "HEAD"):
        return True
    return "HX-Request" not in request.headers and request.headers.get("Sec-Fetch-Mode", "navigate") == "navigate"


def _note(request: HttpRequest) -> None:
    now = int(time.time())
    if now - request.session[SEEN] >= _EVERY:
        request.session[SEEN] = now


def _proofs(request: HttpRequest) -> int:
    return len(request.session.get(AUTHENTICATION_METHODS_SESSION_KEY, ()))
