"""The long proofs, short; make chaos ARGS=stops, latency or hours has each at length, with its figures."""

from __future__ import annotations

import random

import pytest

from tests.faults import hours, latency, stops
from tests.faults.world import World


def test_no_send_begins_after_a_stop(world: World) -> None:
    races = stops.race(world, 60)
    print(races)
    assert races.late == 0, races
    assert races.stops == 60
    assert races.never_sent > 0, "every text was out before; that is no race"


def test_steps_go_out_in_time_through_a_real_worker(world: World) -> None:
    measured = latency.measure(world, 12)
    print(measured)
    assert measured.at_once < latency.AT_ONCE, "nobody rang the bell"
    assert measured.scheduled < latency.SCHEDULED


@pytest.mark.parametrize("seed", [1, 2])
def test_no_automated_send_is_allowed_in_quiet_hours(seed: int) -> None:
    cases = hours.try_many(2000, seed + random.SystemRandom().randrange(10**9))
    assert cases.allowed > 100, cases
    assert (cases.in_quiet_hours, cases.wrongly_deferred) == (0, 0), cases


def test_the_quiet_hours_witness_would_see_it() -> None:
    """An organisation that has switched its hours off sends at night."""
    assert hours.try_many(500, 1, quiet_hours=False).in_quiet_hours > 50
