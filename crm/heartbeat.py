"""
Signs of life from inside a worker, for whoever supervises it.

The supervisor names a file in LEADWRIGHT_HEARTBEAT; work that gets on touches it. A process that is alive but stuck
does not. Long tasks (a big import) beat as they go.
"""

from __future__ import annotations

import os
from pathlib import Path

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
