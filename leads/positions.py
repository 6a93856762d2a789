"""Order within a stage: whole numbers with gaps, highest first, so that a drop rewrites one row."""

from __future__ import annotations

import datetime as dt

# A millisecond is 2**20 apart from the next: a batch of a thousand rows of one moment still has 2**10 between rows,
# and two cards a second apart can be divided thirty times.
_PER_MILLISECOND = 1 << 20
ROOM = 1 << 10


def newest(now: dt.datetime) -> int:
    """The position of something that enters its stage now: on top. 63 bits last until the year 2248."""
    return int(now.timestamp() * 1000) * _PER_MILLISECOND


def between(above: int | None, below: int | None, *, now: dt.datetime) -> int | None:
    """A position under one card and over another; None when there is no room left between them."""
    if above is None:
        top = newest(now)
        return top if below is None or top > below else below + _PER_MILLISECOND
    if below is None:
        return above - _PER_MILLISECOND
    middle = (above + below) // 2
    return middle if below < middle < above else None
