"""Somebody who is known asked for what they may not do: a fact for the audit log."""

from __future__ import annotations

import hashlib

from django.core.cache import cache
from django.http import HttpRequest
from django.utils import timezone
from redis.exceptions import RedisError

from crm import events, reach
from crm.models import Actor

#: In seconds: who tries the same again and again makes no fact of each.
_ONCE_IN = 60


def _is_new(what: str) -> bool:
    try:
        return bool(cache.add(f"refused:{hashlib.sha256(what.encode()).hexdigest()}", 1, _ONCE_IN))
    except (OSError, RedisError):
        return True


def record(organization_id: int, by: Actor, request: HttpRequest, *, why: str) -> None:
    """The route is named, never the address, which may hold what nobody may keep."""
    route = request.resolver_match.route if request.resolver_match else ""
    if not _is_new(f"{by.kind} {by.id} {request.method} {route} {why}"):
        return
    with reach.of(organization_id):
        about = {"route": route, "method": request.method, "why": why, "unheard": ["webhooks"]}
        events.record("access.refused", organization=organization_id, by=by, now=timezone.now(), **about)
