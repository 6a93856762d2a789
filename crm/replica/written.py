"""
Up to which position of the primary's log each organisation has written, remembered in Redis for all web processes.

One sorted set: the organisation's id and the position; "*" for everybody's. A position never goes back (ZADD … GT), so
that of two who write at once the later one counts. A Redis that has lost it all has no "*": then nobody's writes are
known, and everybody's count as of now.
"""

from __future__ import annotations

import datetime as dt
import logging
from dataclasses import dataclass

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, Error, connections
from redis.exceptions import RedisError

from crm import reach
from crm.redis_client import redis_at
from crm.replica import REPLICA

log = logging.getLogger(__name__)

# What is committed lies before the position at which the next record goes; flushed: what a replica can have.
_PRIMARY = """
SELECT (pg_current_wal_insert_lsn() - '0/0')::bigint, (pg_current_wal_flush_lsn() - '0/0')::bigint, clock_timestamp(),
    system_identifier FROM pg_control_system()
"""

#: What this process could not tell Redis; everybody waits for it, here and, once Redis is back, elsewhere.
_untold = 0


@dataclass(frozen=True, slots=True)
class Primary:
    """Where the primary is now; server is PostgreSQL's own name for it and its copies."""

    position: int
    flushed: int
    clock: dt.datetime
    server: str


def primary() -> Primary:
    with reach.nobody(), connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute(_PRIMARY)
        position, flushed, clock, server = cursor.fetchone()
    return Primary(int(position), int(flushed), clock, str(server))


def by_worker(organization_id: int) -> None:
    """A worker has written what its people look at next, such as the rows of their job."""
    if REPLICA in connections:
        remember({str(organization_id)})


def remember(whose: set[str]) -> None:
    """Whoever these are (organisations, or reach.EVERYBODY) has written, and has committed it."""
    global _untold
    if not (whose := whose - {reach.NOBODY}):
        return
    try:
        here = primary()
    except Error as error:
        log.warning("The primary does not say where it is: %s", error)
        return
    told = dict.fromkeys(whose | ({reach.EVERYBODY} if _untold else set()), here.position)
    try:
        redis_at(settings.REDIS_URL).zadd(_key(here.server), told, gt=True)
        _untold = 0
    except (OSError, RedisError) as error:
        log.warning("Redis does not take who has written: %s", error)
        _untold = here.position


def position_of(whose: str, server: str) -> int:
    """Where the replica must be for this organisation's reads. Raises RedisError."""
    redis = redis_at(settings.REDIS_URL)
    own, everybody = redis.zmscore(_key(server), [whose, reach.EVERYBODY])
    if everybody is None:
        everybody = primary().position
        redis.zadd(_key(server), {reach.EVERYBODY: everybody}, gt=True)
    return int(max(own or 0, everybody, _untold))


def _key(server: str) -> str:
    return f"replica:written:{server}"
