"""What stands before every view on the way to a contract."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import Resolver404, resolve

type Handler = Callable[[HttpRequest], HttpResponseBase]

#: Below these there are contracts and nothing else.
_CONTRACTS = ("/v1/", "/auth/", "/lendworks/", "/recoverbiz/", "/userleads/", "/convoso/")


#: A browser that is led to an answer runs, frames and keeps nothing of it.
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
}


class ContractsFirst:
    """
    Serves contracts at once: they know neither cookies nor sessions nor forms, so what follows here is for pages.

    Whatever the contracts' addresses do not have goes on as usual.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path_info.startswith(_CONTRACTS):
            return self.get_response(request)
        request.get_host()  # refuses a host that is not ours, as for pages
        try:
            match = request.resolver_match = resolve(request.path_info, urlconf="api.urls")
        except Resolver404:
            return self.get_response(request)
        response = match.func(request, *match.args, **match.kwargs)
        for name, value in _HEADERS.items():
            response.setdefault(name, value)
        if not response.streaming:
            response.setdefault("Content-Length", str(len(response.content)))
        return response
