"""
Killed, frozen, cut off and restarted, with a provider that fails: none lost, none doubled, by the provider's own log.

Short here; make chaos ARGS="kills --rounds 4 --postgres" is the long way.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.chaos import Chaos, Dose, Figures
from tests.faults.postgres import NotInstalled, Server
from tests.faults.world import World, place


@pytest.fixture
def arena(tmp_path: Path) -> Iterator[tuple[World, Server | None]]:
    """A world whose database is a server of its own where the tests are about PostgreSQL."""
    is_postgres = os.environ.get("DATABASE_URL", "").startswith("postgres")
    try:
        with place(tmp_path, own_postgres=is_postgres) as (url, server):
            world = World(tmp_path, url)
            try:
                yield world, server
            finally:
                world.end()
    except NotInstalled as error:
        pytest.skip(str(error))


def _chaos(arena: tuple[World, Server | None], provider: str, sends: int, dose: Dose) -> Figures:
    world, server = arena
    seed = random.SystemRandom().randrange(10**6)
    dice = random.Random(seed)
    figures = Figures(seed)
    Chaos(world, dice, figures, provider, server).run(sends, dose.shuffled(dice))
    print(figures)
    return figures


def test_nothing_is_lost_doubled_given_up_or_stuck(arena: tuple[World, Server | None]) -> None:
    figures = _chaos(arena, "FlakyProvider", 300, Dose(kills=5, pauses=3, disconnections=1))
    assert figures.is_clean, figures
    if arena[1]:
        assert (figures.immediate_restarts, figures.fast_restarts) == (1, 1)


def test_the_witness_would_see_it(arena: tuple[World, Server | None]) -> None:
    """The same without asking the provider before sending again."""
    assert _chaos(arena, "Naive", 100, Dose(kills=1, pauses=0, disconnections=0)).duplicated > 0
