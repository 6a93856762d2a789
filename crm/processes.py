"""Processes that leave no orphans: each ends with its parent, and a group of them ends as one."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

_PR_SET_PDEATHSIG = 1
#: Names the parent for a child that was started by Group.
_PARENT = "LEADWRIGHT_PARENT"

_PROJECT = Path(__file__).resolve().parent.parent

_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def end_with_parent() -> None:
    """
    Have the system kill this process when the Group that started it is gone, even by kill -9.

    What it forks from now on ends with it in the same way. Without that, workers whose supervisor was killed would go
    on for ever.
    """
    if parent := os.environ.pop(_PARENT, ""):
        _bind(int(parent))
    os.register_at_fork(before=_remember, after_in_child=lambda: _bind(_forked_by))


_forked_by = os.getpid()


def _remember() -> None:
    global _forked_by
    _forked_by = os.getpid()


def _bind(parent: int) -> None:
    if _libc is not None:
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    else:
        threading.Thread(target=_watch, args=(parent,), daemon=True).start()
    if os.getppid() != parent:  # it died before we could ask
        os.kill(os.getpid(), signal.SIGKILL)


def _watch(parent: int) -> None:
    """For systems that can't tell us: look once a second."""
    while os.getppid() == parent:
        time.sleep(1)
    os.kill(os.getpid(), signal.SIGKILL)


class Group:
    """A command in a process group of its own, so that all that it starts can be stopped together."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str] | None = None) -> None:
        self.started_at = time.time()
        self._process = subprocess.Popen(
            command,
            cwd=_PROJECT,
            env={**os.environ, **(environment or {}), _PARENT: str(os.getpid())},
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """None while its first process runs. That stays a zombie until kill(), so that its number stays its own."""
        if self._process.returncode is not None:
            return self._process.returncode
        ended = os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        if ended is None:
            return None
        return ended.si_status if ended.si_code == os.CLD_EXITED else -ended.si_status

    def stop(self, grace: float) -> None:
        """Ask it to end; after so many seconds, don't ask any more. Returns when the whole group is gone."""
        if self.exit_code is None:
            os.kill(self.pid, signal.SIGTERM)
        deadline = time.monotonic() + grace
        while self.exit_code is None and time.monotonic() < deadline:
            time.sleep(0.05)
        self.kill()

    def kill(self) -> None:
        """kill -9 for everybody in the group, also when its first process is gone already."""
        if self._process.returncode is None:
            os.killpg(self.pid, signal.SIGKILL)
            self._process.wait()


class StopRequest:
    """True from the first SIGTERM or Ctrl-C on."""

    def __init__(self) -> None:
        self._asked = False
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._ask)

    def _ask(self, number: int, frame: object) -> None:
        self._asked = True  # and nothing more: a lock taken here could be held by the very code that was interrupted

    def __bool__(self) -> bool:
        return self._asked

    def wait(self, seconds: float) -> bool:
        """Sleep so long, or until asked to stop; whether it was asked."""
        deadline = time.monotonic() + seconds
        while not self._asked and (left := deadline - time.monotonic()) > 0:
            time.sleep(min(left, 0.1))
        return self._asked
