"""Measure a thing and its floor in turns, so that whatever else the machine does falls on both."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

ROUNDS = 7


@dataclass(frozen=True, slots=True)
class Result:
    """Seconds for one piece of work and for its floor, medians of the rounds; ratio is floor / ours."""

    name: str
    ours: float
    floor: float
    floor_name: str
    target: str = ""

    @property
    def ratio(self) -> float:
        return self.floor / self.ours if self.ours else 0.0


def compare(
    name: str,
    ours: Callable[[], object],
    floor: Callable[[], object],
    *,
    floor_name: str,
    target: str = "",
    repeat: int = 1,
    per: int = 1,
    rounds: int = ROUNDS,
) -> Result:
    """
    Run both `repeat` times in each of the rounds, alternating, after one round to warm up.

    per: how many pieces of work one call does (rows, requests), to give seconds for one piece.
    """
    ours()
    floor()
    pairs = [(_seconds(ours, repeat), _seconds(floor, repeat)) for _ in range(rounds)]
    one = statistics.median(mine for mine, _ in pairs) / per
    other = statistics.median(theirs for _, theirs in pairs) / per
    return Result(name, one, other, floor_name, target)


def _seconds(work: Callable[[], object], repeat: int) -> float:
    begun = time.perf_counter()
    for _ in range(repeat):
        work()
    return (time.perf_counter() - begun) / repeat
