"""kill -9 in the middle of a job over many leads, again and again: every lead exactly once."""

from __future__ import annotations

import json
import signal
from typing import Any

from crm import failpoints
from tests.faults.world import World

SCENARIO = ("-m", "tests.faults.bulk_scenario")
COUNT = 60


def asked(world: World, command: str, **environment: str) -> Any:
    return json.loads(world.run(*SCENARIO, command, **environment).splitlines()[-1])


def test_a_worker_that_dies_leaves_the_rest_to_the_next(world: World) -> None:
    assert asked(world, f"begin:{COUNT}") == COUNT
    done = []
    for passage in (1, 3, 2):
        dies = {"LEADWRIGHT_FAILPOINT": f"{failpoints.IN_BULK_BATCH}=exit@{passage}"}
        world.run(*SCENARIO, "work", expected=-signal.SIGKILL, **dies)
        told = asked(world, "told")
        done.append(told["done"])
        assert told["state"] == "running"
        assert told["done"] + told["waiting"] == COUNT  # the batch it died in is as if it had never begun
        assert told["done"] == told["tags"] == told["facts"]
        assert asked(world, "work") == 0  # nobody takes the job from one who may be alive
        asked(world, "expire")
    assert done == [0, 14, 21]
    asked(world, "work")
    assert asked(world, "told") == {"state": "done", "done": COUNT, "waiting": 0, "tags": COUNT, "facts": COUNT}


def test_a_file_is_brought_in_once_whatever_dies(world: World) -> None:
    assert asked(world, f"bring:{COUNT}") == COUNT
    for passage in (1, 3, 2):
        dies = {"LEADWRIGHT_FAILPOINT": f"{failpoints.IN_BULK_BATCH}=exit@{passage}"}
        world.run(*SCENARIO, "work", expected=-signal.SIGKILL, **dies)
        told = asked(world, "brought")
        assert told["done"] + told["waiting"] == COUNT
        assert told["done"] == told["new"] == told["leads"] == told["facts"]
        asked(world, "expire")
    asked(world, "work")
    every = {"done": COUNT, "new": COUNT, "leads": COUNT, "facts": COUNT}
    assert asked(world, "brought") == {"state": "done", "waiting": 0, **every}
