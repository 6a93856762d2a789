"""A process that is held longer than its lease, while another takes over its work: each message exactly once."""

from __future__ import annotations

from pathlib import Path

import pytest

from crm import failpoints
from tests.faults.world import World, wait_until


@pytest.mark.parametrize("place", failpoints.PLACES)
def test_a_process_that_sleeps_there_past_its_lease_loses_and_doubles_nothing(
    place: str, world: World, tmp_path: Path
) -> None:
    before = world.scenario("forward", "work")["runs"]
    world.forget_what_was_sent()
    count = world.scenario("load:12")
    mark = tmp_path / "held"
    sleeper = world.start("manage.py", "tick", LEADWRIGHT_FAILPOINT=f"{place}=hold:{mark}", MESSAGE_LEASE_SECONDS="0.5")
    assert wait_until(mark.exists, 60)
    result = world.scenario("forward", "work")  # its lease is over, whatever it thinks
    mark.unlink()
    assert sleeper.wait(60) == 0
    assert max(world.sent().values()) == 1
    assert len(world.sent()) == count
    assert result == {"states": {"sent": before + count}, "runs": before + count, "left": False, "stuck": []}
    assert world.scenario("work") == result
