"""A channel that takes its time, so that a kill finds it in the middle of something."""

from __future__ import annotations

import time

from crm.channels.base import Accepted, Outgoing
from crm.channels.simulator import Simulator


class SlowSimulator(Simulator):
    def send(self, message: Outgoing) -> Accepted:
        time.sleep(0.004)
        accepted = super().send(message)
        time.sleep(0.004)
        return accepted
