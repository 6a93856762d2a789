"""
Keep a django-q cluster working.

A cluster can look alive and do nothing (kill -9 of one idle worker wedges all of it), so what is watched is progress:
the heartbeat from inside its workers, and whether the row that waits longest gets its turn. When one of them stops, the
whole process group is killed and started again; the work is all in our rows, so nothing is lost.
"""

from __future__ import annotations

import logging
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import DatabaseError, InterfaceError, close_old_connections

from crm import heartbeat
from crm.processes import Group, StopRequest
from crm.progress import Progress
from crm.tasks import ring

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Patience:
    """In seconds. The environment may shorten them, for tests and for probing."""

    between_rings: float = 10.0
    without_beat: float = 60.0
    without_progress: float = 300.0
    for_start: float = 30.0
    for_stop: float = 25.0
    longest_pause: float = 30.0

    @classmethod
    def from_environment(cls) -> Patience:
        without_beat = float(os.environ.get("WORKER_PATIENCE", "60"))
        return cls(
            between_rings=min(10.0, without_beat / 4),
            without_beat=without_beat,
            without_progress=float(os.environ.get("PROGRESS_PATIENCE", "300")),
        )


class Supervisor:
    def __init__(self, command: list[str], patience: Patience) -> None:
        self._command = command
        self._patience = patience
        self._pulse = heartbeat.Pulse()
        self._progress = Progress(patience.without_progress)
        self._stuck = ""
        self._failures = 0

    def run(self, stop: StopRequest) -> None:
        """Until asked to stop."""
        try:
            while not stop:
                self._pulse.touch()
                self._progress.forget()
                group = Group(self._command, {heartbeat.VARIABLE: str(self._pulse.path)})
                try:
                    reason = self._watch(group, stop)
                finally:
                    group.stop(self._patience.for_stop) if stop else group.kill()
                if reason:
                    log.error("Worker restarted: %s.", reason)
                    self._pause(group, stop)
        finally:
            self._pulse.end()

    def _watch(self, group: Group, stop: StopRequest) -> str:
        """Why it has to be started again; "" when we were asked to stop."""
        for _ in self._rounds(stop):
            if group.exit_code is not None:
                return f"it ended with {group.exit_code}"
            if silence := self._silence(group):
                return f"no sign of life for {silence:.0f} s"
            if self._stuck:
                return self._stuck
        return ""

    def _rounds(self, stop: StopRequest) -> Iterator[None]:
        """Twice a second; rings the bell now and then, so that a healthy worker always has something to beat for."""
        ring_at = time.monotonic() + 2
        self._stuck = ""
        while not stop.wait(0.5):
            if time.monotonic() >= ring_at:
                ring_at = time.monotonic() + self._patience.between_rings
                self._ring()
            yield

    def _ring(self) -> None:
        try:
            close_old_connections()
            ring()
            self._stuck = self._progress.stuck()
        except (DatabaseError, InterfaceError):
            log.warning("The database does not answer.", exc_info=True)
            self._pulse.touch()  # nobody can work now, so silence proves nothing
            self._progress.forget()

    def _silence(self, group: Group) -> float:
        """Seconds without a sign of life, when there were too many of them; else 0."""
        last = self._pulse.last()
        if last > group.started_at:
            silence, allowed = time.time() - last, self._patience.without_beat
        else:
            silence = time.time() - group.started_at
            allowed = self._patience.for_start + self._patience.without_beat
        return silence if silence > allowed else 0.0

    def _pause(self, group: Group, stop: StopRequest) -> None:
        """A cluster that dies at once is started again more and more slowly."""
        lived = time.time() - group.started_at
        self._failures = self._failures + 1 if lived < self._patience.longest_pause else 0
        stop.wait(min(2.0**self._failures - 1, self._patience.longest_pause))


def cluster_command() -> list[str]:
    return [sys.executable, "manage.py", "worker", "--unsupervised"]
