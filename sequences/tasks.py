"""What the background workers run; losing or doubling any of it is harmless."""

from __future__ import annotations

from crm.tasks import ring
from sequences import engine

#: Far below the queue's timeout, and short enough for a clean stop.
DRAIN_SECONDS = 10.0


def drain() -> str:
    """
    Do what is due; ring again when time ran out first.

    One bell wakes one worker. Each that finds more than it can carry wakes others, who would sleep until somebody looks
    again while a slow provider keeps those that are awake.
    """
    report = engine.tick(seconds=DRAIN_SECONDS, summon=_wake_others)
    if report.is_unfinished:
        ring()
    return str(report)


def _wake_others() -> None:
    """Two bells: a machine whose workers are all busy takes one for later (queue_limit), an idle one the other."""
    ring()
    ring()
