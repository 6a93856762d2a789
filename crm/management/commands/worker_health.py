"""manage.py worker_health: does the worker of this machine get on? For liveness probes."""

from __future__ import annotations

import sys
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError, InterfaceError
from django.utils import timezone

from crm import heartbeat
from crm.progress import oldest_due


class Command(BaseCommand):
    help = (
        "Exit 0 when every worker of this machine shows signs of life, else 1; one line says why. How long work has "
        "waited is told too, and counts with --due: a big import may well take an hour."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--beat", type=float, default=150.0, help="seconds of silence that are still well (150)")
        parser.add_argument("--due", type=float, help="unwell when something has been due for more seconds than this")
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
    is_on_time = allowed is None or age <= allowed
    words = f"the oldest {kind} has been due for {age:.0f} s"
    return is_on_time, words if is_on_time else f"{words}, more than {allowed:.0f} s"
