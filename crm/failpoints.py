"""
Places at which a test makes a process die or stall.

LEADWRIGHT_FAILPOINT="after_send=exit" ends the process there as hard as kill -9 would; "after_claim=stall:3" sleeps
three seconds there, longer than a lease in that test; "after_claim=hold:/tmp/mark" makes that file and waits until
somebody removes it. "after_send=exit@40" waits for the 40th passage. Without the variable, nothing happens.
"""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from pathlib import Path

AFTER_PLAN = "after_plan"
AFTER_CLAIM = "after_claim"
BEFORE_SEND = "before_send"
AFTER_SEND = "after_send"
BEFORE_OUTCOME = "before_outcome"
IN_BULK_BATCH = "in_bulk_batch"
#: Of a message on its way.
PLACES = (AFTER_PLAN, AFTER_CLAIM, BEFORE_SEND, AFTER_SEND, BEFORE_OUTCOME)

_passages: Counter[str] = Counter()


def reach(place: str) -> None:
    """Say that the process has come to this place."""
    wanted = os.environ.get("LEADWRIGHT_FAILPOINT", "")
    if not wanted.startswith(f"{place}="):
        return
    what, _, passage = wanted.partition("=")[2].partition("@")
    _passages[place] += 1
    if _passages[place] != int(passage or 1):
        return
    action, _, detail = what.partition(":")
    if action == "exit":
        os.kill(os.getpid(), signal.SIGKILL)
    elif action == "stall":
        time.sleep(float(detail or 10))
    elif action == "hold":
        mark = Path(detail)
        mark.touch()
        while mark.exists():
            time.sleep(0.01)
    else:
        raise ValueError(f"LEADWRIGHT_FAILPOINT knows exit, stall and hold, not {action!r}")
