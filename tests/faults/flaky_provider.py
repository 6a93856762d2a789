"""
A provider that fails, and its own log, which is the witness.

Of a hundred messages it loses five before it takes them and five of its answers after; it can't always be asked
either. While it has a message that it has not written down yet, it says so in CHAOS_IN_HAND/<pid>: a process that is
stopped just there for longer than its lease is the one thing that no sender can make up for.
"""

from __future__ import annotations

import os
import random
import time
from pathlib import Path
from typing import Any

from crm.channels.base import Accepted, CannotTell, Outgoing, Refused, Uncertain
from crm.channels.simulator import Simulator

_IN_HAND = Path(os.environ.get("CHAOS_IN_HAND", "/nonexistent"))


class FlakyProvider(Simulator):
    def __init__(self) -> None:
        super().__init__()
        self._dice = random.Random(f"{os.environ.get('CHAOS_SEED')} {os.getpid()}")
        _IN_HAND.mkdir(exist_ok=True)
        self._mark = os.open(_IN_HAND / str(os.getpid()), os.O_WRONLY | os.O_CREAT)

    def send(self, message: Outgoing) -> Accepted:
        os.pwrite(self._mark, b"1", 0)
        luck = self._dice.random()
        accepted = super().send(message) if luck >= 0.05 else None
        os.pwrite(self._mark, b"0", 0)
        time.sleep(0.02)
        if luck < 0.02:
            raise Refused("busy", "Come again.", permanent=False)
        if luck < 0.10:
            raise Uncertain("The connection was reset.")
        assert accepted
        return accepted

    def lookup(self, *about: Any) -> Accepted | None:
        if self._dice.random() < 0.05:
            raise CannotTell("The provider does not answer.")
        return super().lookup(*about)


class Naive(FlakyProvider):
    """What a sender without proof would do: nobody has heard of any message, so send it again."""

    def lookup(self, *about: Any) -> Accepted | None:
        return None
