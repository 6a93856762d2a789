"""
Whether what waits longest gets its turn.

A worker whose every task fails at once still beats. So the supervisor looks at the rows too: the one that waits
longest must be another one after a while. How old it is proves nothing, because a big import may take an hour.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from dataclasses import dataclass

from django.utils import timezone
from django.utils.module_loading import import_string

#: By name, because the ground floor imports nothing from the floors above.
_OLDEST_DUE = "sequences.progress.oldest_due"


@dataclass(frozen=True, slots=True)
class Waiting:
    """One row that is due."""

    since: dt.datetime
    pk: int


def oldest_due(now: dt.datetime) -> dict[str, Waiting]:
    """By kind of work; empty when nothing waits."""
    look: Callable[[dt.datetime], dict[str, Waiting]] = import_string(_OLDEST_DUE)
    return look(now)


class Progress:
    """Remembers which row waited longest, and since when it is the same one."""

    def __init__(self, patience: float) -> None:
        self._patience = patience
        self._seen: dict[str, tuple[Waiting, float]] = {}

    def stuck(self) -> str:
        """What has not had its turn for too long, in words; "" when work gets on. Raises DatabaseError."""
        now = time.monotonic()
        before = self._seen
        self._seen = {
            kind: before[kind] if kind in before and before[kind][0] == waiting else (waiting, now)
            for kind, waiting in oldest_due(timezone.now()).items()
        }
        for kind, (waiting, since) in self._seen.items():
            if now - since > self._patience:
                return f"the {kind} due since {waiting.since:%H:%M:%S} UTC has not been touched for {now - since:.0f} s"
        return ""

    def forget(self) -> None:
        """Begin anew: somebody has just been started, or could not work."""
        self._seen = {}
