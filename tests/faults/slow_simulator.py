"""A channel that takes its time, SLOW_SECONDS, so that a kill or a STOP finds it in the middle of something."""

from __future__ import annotations

import os
import time

from crm.channels.base import Accepted, Outgoing
from crm.channels.simulator import Simulator


class SlowSimulator(Simulator):
    def __init__(self) -> None:
        super().__init__()
        self._half = float(os.environ.get("SLOW_SECONDS", "0.008")) / 2

    def send(self, message: Outgoing) -> Accepted:
        time.sleep(self._half)
        accepted = super().send(message)
        time.sleep(self._half)
        return accepted
