"""Step-up: whoever exports, makes keys or erases shows who they are once more, unless they did so just now."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from allauth.account import app_settings
from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.internal.flows.reauthentication import get_reauthentication_flows
from django.contrib.auth.models import AbstractBaseUser
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode


def freshly_known[**P](view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """
    Let those through who signed in, or showed their password or second step, within the last minutes.

    Others do so first, and come back to the page: a form that was sent is to be sent again. How many minutes:
    ACCOUNT_REAUTHENTICATION_TIMEOUT. Put it below the decorator that finds out who is there.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if _is_fresh(request):
            return view(request, *args, **kwargs)
        return _to_proof(request)

    return guarded


def _is_fresh(request: HttpRequest) -> bool:
    assert isinstance(request.user, AbstractBaseUser)
    records = get_authentication_records(request, request.user)
    if records:
        return bool(time.time() - records[-1]["at"] < app_settings.REAUTHENTICATION_TIMEOUT)
    return not get_reauthentication_flows(request.user)


def _to_proof(request: HttpRequest) -> HttpResponse:
    """To the page that asks, with the way back; what htmx asked for is loaded as a page then."""
    back = request.get_full_path() if request.method in ("GET", "HEAD") else _page_before(request)
    url = f"{reverse('account_reauthenticate')}?{urlencode({'next': back})}"
    return HttpResponse(headers={"HX-Redirect": url}) if "HX-Request" in request.headers else redirect(url)


def _page_before(request: HttpRequest) -> str:
    """Where the form stood, if that is a page of ours."""
    before = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(before, {request.get_host()}):
        return "/"
    parts = urlsplit(before)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path
