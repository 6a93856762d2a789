"""
How far the replica has come, and whether that is far enough.

Positions are bytes in the primary's log. The lag is how long ago the primary stood where the replica stands now, by the
primary's clock: none while the replica has all there is, however long ago the last write was.
"""

from __future__ import annotations

import datetime as dt
import logging
import threading
import time
from collections import deque
from dataclasses import dataclass, replace

from django.conf import settings
from django.db import Error, connections
from redis.exceptions import RedisError

from crm import reach
from crm.replica import REPLICA, written

log = logging.getLogger(__name__)

#: So many seconds a look holds, and so long nobody looks after the replica was away.
_FRESH, _COOL_DOWN = 1.0, 5.0
#: A look that is older while somebody looks anew: the replica does not answer.
_STUCK = 3.0

_OF_REPLICA = """
SELECT pg_is_in_recovery(), (pg_last_wal_replay_lsn() - '0/0')::bigint, pg_last_xact_replay_timestamp(),
    system_identifier FROM pg_control_system()
"""


@dataclass(frozen=True, slots=True)
class Look:
    """at: on the monotonic clock. why_not: "" when the replica may be read from. lag: seconds, None for unknown."""

    at: float
    why_not: str
    server: str = ""
    replayed: int = 0
    lag: float | None = None


class Watch:
    """One for a process: looks at most once a second, and only when somebody wants to read."""

    def __init__(self) -> None:
        self._looking = threading.Lock()
        self._last = Look(float("-inf"), "away")
        self._passed: deque[tuple[float, int]] = deque(maxlen=600)

    def now(self) -> Look:
        last, age = self._last, time.monotonic() - self._last.at
        if age < (_COOL_DOWN if last.why_not == "away" else _FRESH):
            return last
        if not self._looking.acquire(blocking=False):
            return last if age < _STUCK else replace(last, why_not="away")
        try:
            self._last = self._look()
        finally:
            self._looking.release()
        return self._last

    def replayed(self) -> int:
        """Asked anew, for a moment makes the difference. Raises django.db.Error."""
        replayed = _of_replica()[1]
        self._last = replace(self._last, replayed=max(replayed, self._last.replayed))
        return replayed

    def failed(self) -> str:
        """Somebody got no answer: why."""
        connection = connections[REPLICA].connection
        if connection is not None and not connection.closed:
            return "cancelled"
        connections[REPLICA].close()  # of Django's, too: the next one is opened anew
        self._last = Look(time.monotonic(), "away")
        return "away"

    def _look(self) -> Look:
        here = written.primary()
        at = time.monotonic()
        self._passed.append((at, here.flushed))
        try:
            is_standby, replayed, last_commit, server = _of_replica()
        except Error as error:
            log.warning("The replica does not answer: %s", error)
            connections[REPLICA].close()
            return Look(time.monotonic(), "away")
        if not is_standby or server != here.server:
            return Look(at, "no replica", here.server)
        lag = self._lag(at, here, replayed, last_commit)
        is_late = lag is None or lag > settings.REPLICA_MAX_LAG
        return Look(at, "lag" if is_late else "", server, replayed, lag)

    def _lag(self, at: float, here: written.Primary, replayed: int, last_commit: dt.datetime | None) -> float | None:
        """The less of two: while a long transaction writes there is no commit, and after a quiet time no look."""
        if replayed >= here.flushed:
            return 0.0
        seen = [at - then for then, position in self._passed if position <= replayed]
        told = [max((here.clock - last_commit).total_seconds(), 0.0)] if last_commit else []
        return min(seen + told, default=None)


watch = Watch()


def why_not(whose: str) -> str:
    """Why these rows may not be read from the replica now; "" when they may."""
    if not whose.isdigit():
        return "no organization"
    if reason := watch.now().why_not:
        return reason
    try:
        wanted = written.position_of(whose, watch.now().server)
        if wanted <= watch.now().replayed or wanted <= watch.replayed():
            connections[REPLICA].ensure_connection()
            return ""
        return "own writes"
    except (OSError, RedisError) as error:
        log.warning("Redis does not say who has written, so the primary is read: %s", error)
        return "no memory"
    except Error:
        return watch.failed()


def is_there() -> bool:
    return REPLICA in connections


def _of_replica() -> tuple[bool, int, dt.datetime | None, str]:
    with reach.nobody(), connections[REPLICA].cursor() as cursor:
        cursor.execute(_OF_REPLICA)
        is_standby, replayed, last_commit, server = cursor.fetchone()
    return is_standby, int(replayed or 0), last_commit, str(server)
