"""What the background workers do for webhooks; losing or doubling any of it is harmless."""

from __future__ import annotations

import time

from django.utils import timezone

from crm import heartbeat
from crm.tasks import DELIVER_WEBHOOKS, ring
from crm.webhooks import deliver_due

#: Far below the queue's timeout.
SECONDS = 30.0


def deliver() -> int:
    """Send what is due for a bounded time, and ring again when that was not enough; how many were tried."""
    tried, deadline = 0, time.monotonic() + SECONDS
    while number := deliver_due(timezone.now()):
        tried += number
        heartbeat.beat()
        if time.monotonic() > deadline:
            ring(DELIVER_WEBHOOKS)
            break
    return tried
