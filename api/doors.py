"""Addresses that several contracts claim: which one is meant is seen from the key, then from the host, then guessed."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path, re_path
from django.views.decorators.csrf import csrf_exempt

from api.base import bearer
from api.credentials import caller_with
from crm.models import CredentialKind

type View = Callable[..., HttpResponseBase]

#: The route of a door's view for every other address under v1.
ELSEWHERE = "elsewhere"
#: Bytes of a body without a valid key that are still looked at.
_SMALL = 4096


@dataclass(frozen=True, slots=True)
class Door:
    """What one contract has behind the addresses that it shares with others."""

    kind: CredentialKind
    #: Its views by route: "v1/leads", "v1/leads/<str:lead_id>", ELSEWHERE. Doors agree on the names of parameters.
    views: Mapping[str, View]
    #: What the secrets of this contract begin with.
    prefixes: tuple[str, ...] = ()
    #: Query parameters and headers (as in request.META) that no other contract has.
    parameters: frozenset[str] = frozenset()
    headers: frozenset[str] = frozenset()
    #: Names of JSON bodies that no other contract has.
    fields: frozenset[str] = frozenset()
    #: Whether a row's id has this contract's form.
    is_id: Callable[[str], bool] = field(default=lambda text: False)

    def seems_meant(self, request: HttpRequest, ids: Iterable[str]) -> bool:
        """A guess for requests without a valid key; a wrong one costs no more than the shape of a 401."""
        return (
            any(secret.startswith(self.prefixes) for secret in secrets_shown(request))
            or any(name in request.META for name in self.headers)
            or any(self.is_id(value) for value in ids)
            or not self.parameters.isdisjoint(request.GET)
            or any(f'"{name}"'.encode() in _small_body(request) for name in self.fields)
        )


def _small_body(request: HttpRequest) -> bytes:
    """The body, when it is one that may be looked into for nothing."""
    return request.body if 0 < int(request.META.get("CONTENT_LENGTH") or 0) <= _SMALL else b""


class Crossing:
    """
    One address with several doors behind it.

    A door is chosen by the kind of the key in the credentials table; else by the host (settings.CONTRACT_HOSTS: host
    name to kind); else by hints in the request; else the first door is taken. A valid key is never overruled: one of
    a contract that has no door here goes on as if it were unknown, and the address's own contract refuses it.
    """

    def __init__(self, route: str, doors: Iterable[Door]) -> None:
        self.route = route
        self.doors = {door.kind: door for door in doors if route in door.views}

    def __call__(self, request: HttpRequest, **captured: str) -> HttpResponseBase:
        try:
            door = self.door_for(request, captured.values())
        except SuspiciousOperation:  # a thousand parameters and no valid key: the first says no in its own words
            door = next(iter(self.doors.values()))
        return door.views[self.route](request, **captured)

    def door_for(self, request: HttpRequest, ids: Iterable[str] = ()) -> Door:
        """The door that this request means."""
        if len(self.doors) > 1:
            for secret in secrets_shown(request):
                caller = caller_with(request, secret)
                if caller and (door := self.doors.get(CredentialKind(caller.credential.kind))):
                    return door
            hosts: Mapping[str, str] = settings.CONTRACT_HOSTS
            host = request.META.get("HTTP_HOST", "").partition(":")[0].lower()
            for door in self.doors.values():
                if hosts.get(host) == door.kind:
                    return door
            ids = list(ids)
            for door in self.doors.values():
                if door.seems_meant(request, ids):
                    return door
        return next(iter(self.doors.values()))


def secrets_shown(request: HttpRequest) -> list[str]:
    """Every secret in the request, wherever any of the contracts looks for its own."""
    places = [
        bearer(request),
        request.META.get("HTTP_X_API_KEY", ""),
        request.META.get("HTTP_X_PARTNER_KEY", ""),
    ]
    with contextlib.suppress(SuspiciousOperation):  # more than a thousand parameters
        places.append(request.GET.get("auth_token", ""))
    return [secret for secret in dict.fromkeys(places) if secret]


def shared_routes(*doors: Door) -> list[URLPattern]:
    """The addresses of all doors, literal ones before those with parameters; the first door is the default."""
    routes = dict.fromkeys(route for door in doors for route in door.views if route != ELSEWHERE)
    patterns = [path(route, crossing(route, doors)) for route in sorted(routes, key=lambda route: "<" in route)]
    return [*patterns, anything_below("v1", crossing(ELSEWHERE, doors))]


def crossing(route: str, doors: Iterable[Door]) -> View:
    return csrf_exempt(Crossing(route, doors).__call__)


def anything_below(prefix: str, view: View) -> URLPattern:
    """The prefix itself and all that begins with it, slashes at the end and line ends included."""
    return re_path(rf"^{prefix}(?:/[\s\S]*)?\Z", view)
