"""A replica that holds its connections and says nothing, as a machine that hangs: whoever waits for it finds out."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from typing import Any

import psycopg

#: After so many seconds without a word another connection is asked for, which a server that is merely busy gives.
_SILENT = 1.0
#: So many seconds at most: a single session may hang, too.
_LONGEST = 30.0

type Waiting = Generator[Any, Any, Any]


def make_impatient(connection: psycopg.Connection[Any], knock: Callable[[], None]) -> None:
    """
    Statements on this connection raise OperationalError, and it is closed, when the server says nothing any more.

    knock opens and closes another connection to the same server, or raises psycopg.Error.
    """
    wait = connection.wait

    def watched(waiting: Waiting, *args: Any, **options: Any) -> Any:
        return wait(_watched(connection, waiting, knock), *args, **options)

    connection.wait = watched  # type: ignore[assignment, method-assign]


def _watched(connection: psycopg.Connection[Any], waiting: Waiting, knock: Callable[[], None]) -> Waiting:
    """psycopg sends what is ready to be read or written, and every tenth of a second that nothing is."""
    begun = heard = time.monotonic()
    ready = None
    while True:
        try:
            wanted = waiting.send(ready)
        except StopIteration as done:
            return done.value
        ready = yield wanted
        now = time.monotonic()
        if ready:
            heard = now
        elif now - heard >= _SILENT:
            if now - begun >= _LONGEST or not _opens(knock):
                connection.close()
                raise psycopg.OperationalError("the server holds the connection and says nothing")
            heard = time.monotonic()


def _opens(knock: Callable[[], None]) -> bool:
    try:
        knock()
    except psycopg.Error:
        return False
    return True
