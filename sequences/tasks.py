"""What the background workers run; losing or doubling any of it is harmless."""

from __future__ import annotations

from crm.tasks import ring
from sequences import engine

#: Far below the queue's timeout, and short enough for a clean stop.
DRAIN_SECONDS = 10.0


def drain() -> str:
    """Do what is due; ring again when time ran out first."""
    report = engine.tick(seconds=DRAIN_SECONDS)
    if report.is_unfinished:
        ring()
    return str(report)
