"""
make chaos ARGS="stops --races 1000 [--write]": a STOP for every lead while several processes send to all of them.

No send may begin after its STOP has committed. What a carrier has in hand at that moment it looks at once more, at the
latest every tenth of a second; so the test allows for that, and for a scheduler that takes its time.
"""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from tests.faults.world import World

WORKERS = 3
#: leads.outbox.FRESH_SECONDS and what a busy machine needs to run the next line of a program.
ALLOWED = 0.5


@dataclass(frozen=True, slots=True)
class Races:
    """How many STOPs there were; before how many of them the text was out, after how many it never went; the latest."""

    stops: int
    sent_before: int
    never_sent: int
    late: int
    latest: float

    def __str__(self) -> str:
        return (
            f"{self.stops:,} STOPs against {WORKERS} processes: {self.sent_before:,} texts were out before, "
            f"{self.never_sent:,} never went, {self.late} began later; the last began {self.latest:.2f} s after a STOP"
        )


def race(world: World, count: int) -> Races:
    world.scenario(f"load:{count}")
    slow = {"SMS_CHANNEL": "tests.faults.slow_simulator.SlowSimulator", "SLOW_SECONDS": "0.05"}
    with ThreadPoolExecutor(1) as pool:
        stops = pool.submit(world.scenario, "stops")  # it waits until the first text is on its way
        workers = [world.start("-m", "tests.faults.scenario", "pump", **slow) for _ in range(WORKERS)]
        stopped: dict[str, str] = stops.result()
    world.finish()
    for worker in workers:
        worker.kill()
        worker.wait()
    begun = {line["to"]: _time(line["at"]) for line in world.lines() if "unsubscribed" not in line["body"]}
    delays = {to: (begun[to] - _time(at)).total_seconds() for to, at in stopped.items() if to in begun}
    late = [delay for delay in delays.values() if delay > ALLOWED]
    return Races(len(stopped), len(delays), len(stopped) - len(delays), len(late), max([0.0, *delays.values()]))


def _time(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)
