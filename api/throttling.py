"""Rate limits: how many requests a key may make in a fixed window, counted right across processes and machines."""

from __future__ import annotations

import datetime as dt
import logging
from dataclasses import dataclass

from django.conf import settings
from redis.exceptions import RedisError

from api.models import RateWindow
from crm.redis_client import redis_at

logger = logging.getLogger(__name__)

MINUTE = 60
HOUR = 3600


@dataclass(frozen=True, slots=True)
class Limit:
    """So many requests in a window of so many seconds. Each bucket of a key is counted for itself."""

    bucket: str
    requests: int
    seconds: int = MINUTE


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a key stands after this request; reset is the Unix second at which the next window opens."""

    limit: int
    remaining: int
    reset: int
    seconds: int
    is_exceeded: bool

    def retry_after(self, now: dt.datetime) -> int:
        """Whole seconds until it makes sense to try again, at least one."""
        return max(1, self.reset - int(now.timestamp()))


def untouched(limit: Limit, now: dt.datetime) -> Standing:
    """The standing of a caller whom nobody counts, for headers on answers to requests without a valid key."""
    return _standing(limit, 0, _opening(limit, now))


def count(credential_id: int, limit: Limit, now: dt.datetime) -> Standing:
    """Count this request and say where the key stands. One statement, or one round trip to Redis."""
    opening = _opening(limit, now)
    if settings.REDIS_URL:
        try:
            return _standing(limit, _count_in_redis(credential_id, limit, opening), opening)
        except (OSError, RedisError):
            logger.exception("Redis does not answer; counting requests in the database")
    return _standing(limit, RateWindow.count(credential_id, limit.bucket, opening), opening)


def _opening(limit: Limit, now: dt.datetime) -> int:
    return int(now.timestamp()) // limit.seconds * limit.seconds


def _standing(limit: Limit, used: int, opening: int) -> Standing:
    return Standing(
        limit=limit.requests,
        remaining=max(0, limit.requests - used),
        reset=opening + limit.seconds,
        seconds=limit.seconds,
        is_exceeded=used > limit.requests,
    )


def _count_in_redis(credential_id: int, limit: Limit, opening: int) -> int:
    """Whoever opens a window says when it may be forgotten; if that fails, a few bytes stay that nobody reads."""
    key, redis = f"rate:{credential_id}:{limit.bucket}:{opening}", redis_at(settings.REDIS_URL)
    used = int(redis.incr(key))
    if used == 1:
        redis.expire(key, 2 * limit.seconds)
    return used
