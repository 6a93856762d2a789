"""kill -9 in the middle of the work, then again: every message exactly once, by the channel's own log."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

from crm import failpoints
from tests.faults.world import World, descendants, is_alive, kill_tree, wait_until

SLOW = "tests.faults.slow_simulator.SlowSimulator"


def assert_everything_went_out_once(world: World, result: dict[str, object], count: int) -> None:
    sent = world.sent()
    twice = [reference for reference, times in sent.items() if times > 1]
    assert twice == []
    assert len(sent) == count
    assert result == {"states": {"sent": count}, "runs": count, "left": False, "stuck": []}


def test_500_due_steps_survive_two_kills_of_the_whole_worker_tree(world: World) -> None:
    count = world.scenario("load:500")
    world.start("-m", "tests.faults.scenario", "hurry")
    for goal in (100, 300):
        worker = world.start("manage.py", "worker", SMS_CHANNEL=SLOW, MESSAGE_LEASE_SECONDS="20")
        assert wait_until(lambda goal=goal: len(world.sent()) >= goal, 60)
        kill_tree(worker)
        assert len(world.sent()) < count, "the kill came too late to prove anything"
        print(f"killed after {len(world.sent())} sends; leases left behind: {world.scenario('forward')}")
    began = time.monotonic()
    world.start("manage.py", "worker", SMS_CHANNEL=SLOW)
    result = world.finish()
    print(f"{count} sent exactly once; the rest took {time.monotonic() - began:.1f} s after the last restart")
    assert_everything_went_out_once(world, result, count)


@pytest.mark.parametrize("place", failpoints.PLACES)
def test_a_process_that_dies_there_loses_and_doubles_nothing(place: str, world: World) -> None:
    before = world.scenario("forward", "work")["runs"]
    world.forget_what_was_sent()
    count = world.scenario("load:12")
    world.run("manage.py", "tick", expected=-signal.SIGKILL, LEADWRIGHT_FAILPOINT=f"{place}=exit")
    result = world.scenario("forward", "work")
    assert max(world.sent().values()) == 1
    assert len(world.sent()) == count
    assert result["runs"] == before + count
    assert not result["left"]


def test_idle_workers_that_are_killed_do_not_wedge_the_cluster(world: World) -> None:
    """A worker killed while it waits takes the queue's lock with it: all others wait for ever, and look alive."""
    worker = world.start("manage.py", "worker", WORKER_PATIENCE="3")
    first = world.scenario("load:1")
    assert wait_until(lambda: len(world.sent()) >= first, 20)
    time.sleep(1.5)  # until they are idle again
    sentinel = descendants(worker.pid)[1]
    for victim in descendants(sentinel)[:2]:
        os.kill(victim, signal.SIGKILL)
    began = time.monotonic()
    count = len(world.sent()) + world.scenario("load:5")
    assert wait_until(lambda: len(world.sent()) == count, 40)
    print(f"working again {time.monotonic() - began:.1f} s after both idle workers were killed")
    assert max(world.sent().values()) == 1


def test_a_busy_worker_that_is_killed_is_replaced_and_its_work_done_once(world: World) -> None:
    world.scenario("forward", "work")
    world.forget_what_was_sent()
    count = world.scenario("load:120")
    slow = {"SMS_CHANNEL": SLOW, "SLOW_SECONDS": "0.03", "MESSAGE_LEASE_SECONDS": "5"}
    worker = world.start("manage.py", "worker", WORKER_PATIENCE="3", **slow)
    assert wait_until(lambda: len(world.sent()) >= 5, 40)
    sentinel = descendants(worker.pid)[1]
    busy = max(descendants(sentinel), key=_seconds_of_work)
    os.kill(busy, signal.SIGKILL)
    began, before = time.monotonic(), len(world.sent())
    fresh = world.scenario("load:3")
    assert wait_until(lambda: len(world.sent()) >= before + fresh, 40)
    print(f"others' messages out {time.monotonic() - began:.1f} s after a busy worker was killed")
    count += fresh
    world.start("-m", "tests.faults.scenario", "hurry")
    result = world.finish()
    assert max(world.sent().values()) == 1
    assert len(world.sent()) == count
    assert not result["left"]


def _seconds_of_work(pid: int) -> float:
    """User and system time so far: whoever sends has the most of it."""
    try:
        user, system = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return float(user) + float(system)


def test_nothing_is_left_when_the_supervisor_is_killed(world: World) -> None:
    worker = world.start("manage.py", "worker")
    assert wait_until(lambda: len(descendants(worker.pid)) >= 6, 30)  # cluster, sentinel, 2 workers, monitor, pusher
    below = descendants(worker.pid)
    worker.kill()
    worker.wait()
    assert wait_until(lambda: not any(is_alive(pid) for pid in below), 5)


@pytest.mark.parametrize("generation", [0, 1], ids=["cluster", "sentinel"])
def test_the_supervisor_replaces_a_cluster_that_was_killed(world: World, generation: int) -> None:
    worker = world.start("manage.py", "worker", WORKER_PATIENCE="3")
    assert wait_until(lambda: len(descendants(worker.pid)) >= 6, 30)
    old = descendants(worker.pid)
    os.kill(old[generation], signal.SIGKILL)
    assert wait_until(lambda: not any(is_alive(pid) for pid in old), 20)
    count = world.scenario("load:3")
    assert wait_until(lambda: len(world.sent()) >= count, 40)


def test_sigterm_lets_a_busy_worker_finish_what_it_has_begun(world: World) -> None:
    world.scenario("forward", "work")
    world.forget_what_was_sent()
    count = world.scenario("load:60")
    worker = world.start("manage.py", "worker", SMS_CHANNEL=SLOW)
    assert wait_until(lambda: len(world.sent()) >= 5, 30)
    below = descendants(worker.pid)
    worker.terminate()
    assert worker.wait(30) == 0
    assert not any(is_alive(pid) for pid in below)
    assert world.scenario("forward") == 0, "a lease was left behind"
    result = world.scenario("work")
    assert max(world.sent().values()) == 1
    assert len(world.sent()) == count
    assert not result["left"]
