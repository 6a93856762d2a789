"""How fast due steps go out through one worker tree, and through two."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from tests.cluster.nodes import Cluster, until

#: What a provider takes to answer.
PROVIDER_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Throughput:
    """Steps a second, from the first text to the last, of each round."""

    steps: int
    provider_seconds: float
    one: list[float]
    two: list[float]

    def __str__(self) -> str:
        one, two = (", ".join(f"{rate:.0f}" for rate in rates) for rates in (self.one, self.two))
        return (
            f"{self.steps:,} due steps, a provider that takes {self.provider_seconds * 1000:.0f} ms: "
            f"one tree {one} steps/s, two {two}"
        )


def measure(cluster: Cluster, steps: int, provider_seconds: float, rounds: int) -> Throughput:
    """One tree and two in turns."""
    rates = [[_rate(cluster, steps, provider_seconds, trees) for trees in (1, 2)] for _ in range(rounds)]
    return Throughput(steps, provider_seconds, [one for one, _ in rates], [two for _, two in rates])


def _rate(cluster: Cluster, steps: int, provider_seconds: float, trees: int) -> float:
    """The trees are up and idle when the steps fall due; the time counts from when the first text goes out."""
    slow = {"SMS_CHANNEL": "tests.faults.slow_simulator.SlowSimulator", "SLOW_SECONDS": str(provider_seconds)}
    for number in range(trees):
        cluster.start_worker(number, **(slow if provider_seconds else {}))
    for number in range(trees):
        cluster.wait_for_worker(number)
    before = len(cluster.world.lines())
    count = cluster.world.scenario(f"load:{steps}")
    assert until(lambda: len(cluster.world.lines()) - before >= count, 120), "the steps did not go out"
    for number in range(trees):
        cluster.kill(f"worker-{number}")
    times = [dt.datetime.fromisoformat(line["at"]) for line in cluster.world.lines()[before:]]
    return (count - 1) / (max(times) - min(times)).total_seconds()
