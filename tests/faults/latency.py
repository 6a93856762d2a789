"""
make chaos ARGS="latency [--write]": how long after its time a step goes out, through a real worker.

At once: from the commit of an enrollment until the channel took its message. Scheduled: from the time of a step that
nobody rings for, which the worker has to find by itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import quantiles

from tests.faults.world import World, wait_until

#: The bounds of the proof. They are far off what is measured, and near enough to see a bell that does not ring: the
#: supervisor looks every ten seconds of its own accord, the schedule every minute.
AT_ONCE, SCHEDULED = 8.0, 60.0


@dataclass(frozen=True, slots=True)
class Latency:
    """Seconds."""

    enrollments: int
    at_once: float
    at_once_p50: float
    scheduled: float

    def __str__(self) -> str:
        return (
            f"{self.enrollments} enrollments through manage.py worker: at once p50 {self.at_once_p50:.2f} s, "
            f"p95 {self.at_once:.2f} s after the commit; scheduled p95 {self.scheduled:.1f} s after their time"
        )


def measure(world: World, count: int = 30) -> Latency:
    worker = world.start("manage.py", "worker")
    first = world.scenario("load:1")
    assert wait_until(lambda: len(world.sent()) >= first, 60), "the worker does not work"
    at_once = world.scenario(f"at_once:{count}")
    scheduled = world.scenario(f"scheduled:{count}")
    worker.terminate()
    worker.wait(30)
    assert len(at_once) == len(scheduled) == count, "not all of them went out"
    return Latency(count, _p95(at_once), sorted(at_once)[count // 2], _p95(scheduled))


def _p95(seconds: list[float]) -> float:
    return quantiles(seconds, n=20)[-1]
