"""manage.py worker_health: does the worker of this machine get on? For liveness probes."""

from __future__ import annotations

import sys
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError, InterfaceError
from django.utils import timezone

from crm import heartbeat
from crm.progress import oldest_due, seconds_untouched


class Command(BaseCommand):
    help = (
        "Exit 0 when every worker of this machine shows signs of life, else 1; one line says why. How long work has "
        "waited is told too. With --due it counts when nothing moves: after so long another row must be the oldest."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--beat", type=float, default=150.0, help="seconds of silence that are still well (150)")
        parser.add_argument(
            "--due", type=float, help="unwell when the same row has been the oldest due for more seconds than this"
        )
        parser.add_argument("--anywhere", action="store_true", help="for a machine without a worker: only what is due")

    def handle(self, *args: Any, beat: float, due: float | None, anywhere: bool, **options: Any) -> None:
        is_beating, life = (True, "") if anywhere else _life(beat)
        is_on_time, work = _work(due)
        self.stdout.write("; ".join(filter(None, (life, work))))
        if not (is_beating and is_on_time):
            sys.exit(1)


def _life(allowed: float) -> tuple[bool, str]:
    beats = heartbeat.of_this_machine()
    if not beats:
        return False, "no worker runs on this machine"
    silence = max(time.time() - heartbeat.last_beat(path) for path in beats)
    words = f"last sign of life {silence:.0f} s ago"
    return silence <= allowed, words if silence <= allowed else f"{words}, more than {allowed:.0f} s"


def _work(allowed: float | None) -> tuple[bool, str]:
    now = timezone.now()
    try:
        waiting = oldest_due(now)
    except (
        DatabaseError,
        InterfaceError,
    ) as error:  # the worker can't be blamed for it, and to start it anew would not help
        return allowed is None, f"the database does not answer: {str(error).splitlines()[0] if str(error) else ''}"
    if not waiting:
        return True, "nothing is due"
    kind, oldest = min(waiting.items(), key=lambda item: item[1].since)
    age = (now - oldest.since).total_seconds()
    words = f"the oldest {kind} has been due for {age:.0f} s"
    if allowed is None:
        return True, words
    untouched = seconds_untouched(waiting)
    slowest = max(untouched, key=untouched.__getitem__)
    if untouched[slowest] > allowed:
        return False, f"{words}; the same {slowest} has waited longest for {untouched[slowest]:.0f} s, so nothing moves"
    return True, f"{words}, and work gets on" if age > allowed else words
