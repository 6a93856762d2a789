"""
Whether what waits longest gets its turn.

A worker whose every task fails at once still beats. So the supervisor looks at the rows too: the one that waits
longest must be another one after a while. How old it is proves nothing, because a big import may take an hour.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.utils import timezone
from django.utils.module_loading import import_string

from crm import reach

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
    with reach.everybody():
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


def seconds_untouched(waiting: dict[str, Waiting]) -> dict[str, float]:
    """
    For how long the oldest row of each kind has been the same one, as far as those know who asked here before.

    Kept in a file between two calls, for probes that live as long as one look. Without one, 0 for every row.
    """
    now = time.time()
    path = Path(settings.VAR_DIR) / "workers" / "oldest-due.json"
    before = _read(path)
    seen = {kind: _since(before, kind, each, now) for kind, each in waiting.items()}
    try:
        _write(path, {kind: [_name(waiting[kind]), since] for kind, since in seen.items()})
    except OSError:  # who can't remember goes by the age
        return {kind: now - each.since.timestamp() for kind, each in waiting.items()}
    return {kind: now - since for kind, since in seen.items()}


def _since(before: dict[str, list[object]], kind: str, waiting: Waiting, now: float) -> float:
    """When it was first seen at the head of its queue."""
    match before.get(kind):
        case [name, int() | float() as since] if name == _name(waiting):
            return min(float(since), now)
    return now


def _name(waiting: Waiting) -> str:
    return f"{waiting.since.isoformat()} {waiting.pk}"


def _read(path: Path) -> dict[str, list[object]]:
    try:
        found = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _write(path: Path, seen: dict[str, list[object]]) -> None:
    """In one step, for two may ask at once."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(f".{os.getpid()}")
    fresh.write_text(json.dumps(seen))
    fresh.replace(path)
