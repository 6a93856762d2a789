"""The queue is a doorbell: whatever happens to it, every step goes out, and once."""

from __future__ import annotations

from tests.faults.world import World, wait_until


def test_a_queue_that_is_emptied_loses_nothing(world: World) -> None:
    """While no worker runs, and again while one does."""
    count = world.scenario("load:20")
    assert world.scenario("empty") > 0, "nobody had rung"
    world.start("manage.py", "worker")
    assert wait_until(lambda: len(world.sent()) >= 1, 60)
    count += 20
    world.scenario("load:20", "empty")
    assert wait_until(lambda: len(world.sent()) == count, 60)
    assert set(world.sent().values()) == {1}


def test_a_changed_secret_key_loses_nothing(world: World) -> None:
    """django-q drops what was signed with another key; the rows know what is due."""
    before = len(world.sent())
    count = world.scenario("load:20")
    world.start("manage.py", "worker", SECRET_KEY="another one than the one that signed what waits in the queue")
    assert wait_until(lambda: len(world.sent()) == before + count, 60)
    assert set(world.sent().values()) == {1}


def test_sending_needs_no_redis(world: World) -> None:
    """It is for the cache and for the contracts' limits; here nobody listens where it should be."""
    before = len(world.sent())
    gone = {"REDIS_URL": "redis://127.0.0.1:1/0"}
    count = int(world.run("-m", "tests.faults.scenario", "load:20", **gone))
    world.start("manage.py", "worker", **gone)
    assert wait_until(lambda: len(world.sent()) == before + count, 60)
    assert set(world.sent().values()) == {1}
