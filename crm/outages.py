"""The database is away, or too busy to answer: nobody's mistake, and worth another try."""

from __future__ import annotations

from django.db import InterfaceError, OperationalError

#: A primary that was lost is replaced within seconds; whoever asks again sooner only adds to the crowd.
RETRY_LATER = {"Retry-After": "5"}


def is_outage(error: BaseException | None) -> bool:
    """No connection, a connection that broke, a lock that never came; not a statement that is wrong."""
    return isinstance(error, OperationalError | InterfaceError)
