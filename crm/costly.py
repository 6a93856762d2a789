"""Pages that cost much, such as files and searches: so many a minute for each advisor, which no person needs."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.core.cache import cache
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from redis.exceptions import RedisError

from crm.access import AdvisorRequest, Page
from crm.redis_client import redis_at

log = logging.getLogger(__name__)

_WINDOW = 60  # seconds


def at_most[**P](number: int, *, of: str) -> Callable[[Page[P]], Page[P]]:
    """
    Decorator, below the one that says who it is: so many requests a minute, with whatever else has the same name.

    Processes count together where there is a REDIS_URL, else each for itself; while Redis is away nobody does.
    """

    def decorator(view: Page[P]) -> Page[P]:
        @wraps(view)
        def counted(request: AdvisorRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            now = int(time.time())
            if _tries(f"costly:{of}:{request.advisor.uuid}:{now // _WINDOW}") <= number:
                return view(request, *args, **kwargs)
            return _too_many(request, _WINDOW - now % _WINDOW)

        return counted

    return decorator


def _tries(key: str) -> int:
    if not settings.REDIS_URL:
        cache.add(key, 0, 2 * _WINDOW)
        try:
            return cache.incr(key)
        except ValueError:  # it went meanwhile: the memory of a process holds only so much
            return 1
    try:
        used = int(redis_at(settings.REDIS_URL).incr(key))
        if used == 1:
            redis_at(settings.REDIS_URL).expire(key, 2 * _WINDOW)
        return used
    except (OSError, RedisError):
        log.warning("Nobody counts costly pages just now", exc_info=True)
        return 0


def _too_many(request: AdvisorRequest, seconds: int) -> HttpResponse:
    response = render(request, "429.html", {"seconds": seconds}, status=429)
    response.headers["Retry-After"] = str(seconds)
    return response
