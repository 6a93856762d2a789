"""manage.py serve as somebody runs it: a process of its own, on SQLite, in a folder of its own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

from tests.faults.world import PROJECT


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(folder: Path) -> dict[str, str]:
    return os.environ | {
        "DATABASE_URL": f"sqlite:///{folder / 'serve.sqlite3'}",
        "LEADWRIGHT_VAR": str(folder),
        "LOG_LEVEL": "ERROR",
    }


def start(folder: Path, port: int, *arguments: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "manage.py", "serve", "--port", str(port), *arguments]
    return subprocess.Popen(command, cwd=PROJECT, env=environment(folder), start_new_session=True)


def answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False
