"""
Killed, frozen and cut off, with a provider that fails: none lost, none doubled, by the provider's own log.

Short here; CHAOS_SENDS, CHAOS_KILLS and CHAOS_PAUSES make it longer, and so does python -m tests.faults.chaos.
"""

from __future__ import annotations

import os
import random

from tests.faults.chaos import Chaos, Figures, events
from tests.faults.world import World


def _asked(name: str, otherwise: int) -> int:
    return int(os.environ.get(f"CHAOS_{name}", otherwise))


def _chaos(world: World, provider: str, sends: int, kills: int, pauses: int) -> Figures:
    seed = _asked("SEED", random.SystemRandom().randrange(10**6))
    dice = random.Random(seed)
    figures = Figures(seed, world.environment["DATABASE_URL"].partition(":")[0])
    Chaos(world, dice, figures, provider).run(sends, events(dice, kills, pauses, 1))
    print(figures)
    return figures


def test_nothing_is_lost_or_doubled(world: World) -> None:
    figures = _chaos(world, "FlakyProvider", _asked("SENDS", 300), _asked("KILLS", 5), _asked("PAUSES", 3))
    assert (figures.lost, figures.duplicated) == (0, 0), figures


def test_the_witness_would_see_it(world: World) -> None:
    """The same without asking the provider before sending again."""
    assert _chaos(world, "Naive", 100, 1, 0).duplicated > 0
