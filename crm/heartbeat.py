"""
Signs of life from inside a worker, for whoever supervises it.

The supervisor names a file in LEADWRIGHT_HEARTBEAT; work that gets on touches it. A process that is alive but stuck
does not. Long tasks (a big import) beat as they go.
"""

from __future__ import annotations

import fcntl
import glob
import os
import socket
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

VARIABLE = "LEADWRIGHT_HEARTBEAT"


def beat() -> None:
    """Say that work gets on. Does nothing where nobody listens."""
    if path := os.environ.get(VARIABLE):
        Path(path).touch()


def last_beat(path: Path) -> float:
    """Unix time of the last sign of life; 0 when there was none."""
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return 0.0


class Pulse:
    """One supervisor's file, which other processes of this machine find for as long as it lives."""

    def __init__(self) -> None:
        _forget_the_dead()
        _folder().mkdir(parents=True, exist_ok=True)
        self.path = _folder() / f"{socket.gethostname()}-{os.getpid()}.beat"
        self._held = self.path.open("w")
        fcntl.flock(self._held, fcntl.LOCK_EX)  # the system lets go of it when this process ends, however it ends

    def touch(self) -> None:
        self.path.touch()

    def last(self) -> float:
        return last_beat(self.path)

    def end(self) -> None:
        self.path.unlink(missing_ok=True)
        self._held.close()


def of_this_machine() -> list[Path]:
    """The files of the supervisors that are alive here."""
    return [path for path in _known() if _is_held(path)]


def _forget_the_dead() -> None:
    for path in _known():
        if not _is_held(path):
            path.unlink(missing_ok=True)


def _folder() -> Path:
    return Path(settings.VAR_DIR) / "workers"


def _known() -> Iterator[Path]:
    return _folder().glob(f"{glob.escape(socket.gethostname())}-*.beat")


def _is_held(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except FileNotFoundError:
        pass
    return False
