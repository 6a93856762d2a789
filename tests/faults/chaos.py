"""
make chaos ARGS="kills --rounds N [--postgres] [--write]": kill, freeze, disconnect and restart, and count.

Several processes send through a provider that fails. Each message must be in the provider's own log exactly once, and
check_engine must find nothing that is stuck. A PostgreSQL server of the tests' own is shut down hard and softly in the
middle. The seed gives the order of events; when exactly they strike, the machine decides.
"""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import time
from dataclasses import dataclass, field
from typing import Any

import psycopg

from tests.faults.postgres import Server
from tests.faults.world import World, wait_until

WORKERS = 3
LEASE = 2.0


@dataclass(slots=True)
class Figures:
    seed: int
    sends: int = 0
    kills: int = 0
    pauses: int = 0
    disconnections: int = 0
    immediate_restarts: int = 0
    fast_restarts: int = 0
    lost: int = 0
    duplicated: int = 0
    given_up: int = 0
    stuck: int = 0

    @property
    def is_clean(self) -> bool:
        return not (self.lost or self.duplicated or self.given_up or self.stuck)

    def __str__(self) -> str:
        done = (
            f"{self.sends:,} sends",
            f"{self.kills} kill -9",
            f"{self.pauses} pauses longer than the lease",
            f"{self.disconnections} mass disconnections",
            f"{self.immediate_restarts} immediate and {self.fast_restarts} fast restarts of the server",
            f"seed {self.seed}",
        )
        came_to = f"{self.lost} lost, {self.duplicated} duplicated, {self.given_up} given up, {self.stuck} stuck"
        return f"{', '.join(part for part in done if not part.startswith('0 '))}: {came_to}"


@dataclass(slots=True)
class Chaos:
    """One round: due steps, the processes that send them, and what is done to those."""

    world: World
    dice: random.Random
    figures: Figures
    provider: str = "FlakyProvider"
    server: Server | None = None
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)
    frozen: dict[int, float] = field(default_factory=dict)

    def run(self, sends: int, events: list[str]) -> None:
        before = len(self.world.sent())
        count = self.world.scenario(f"load:{sends}")
        self.workers = [self._start() for _ in range(WORKERS)]
        wait_until(lambda: len(self.world.sent()) > before, 60)
        for event in events:
            self._let_time_pass(self.dice.uniform(0.2, 1.0))
            getattr(self, event)()
        self._let_time_pass(LEASE * 2)
        result = self.world.finish()
        self._count(count, result)
        for worker in self.workers:
            worker.kill()
            worker.wait()

    def kill(self) -> None:
        victim = self.dice.choice(self.workers)
        self.frozen.pop(victim.pid, None)
        victim.kill()
        victim.wait()
        self.workers[self.workers.index(victim)] = self._start()
        self.figures.kills += 1

    def pause(self) -> None:
        """Freeze one for longer than its lease; not while the provider has a message in hand."""
        awake = [worker for worker in self.workers if worker.pid not in self.frozen]
        if not awake:
            return
        victim = self.dice.choice(awake)
        for _ in range(200):
            os.kill(victim.pid, signal.SIGSTOP)
            if not self._has_one_in_hand(victim.pid):
                self.frozen[victim.pid] = time.monotonic() + LEASE * self.dice.uniform(1.2, 2)
                self.figures.pauses += 1
                return
            os.kill(victim.pid, signal.SIGCONT)
            time.sleep(0.003)

    def disconnect(self) -> None:
        """What an immediate restart of the database looks like to its clients."""
        url = self.world.environment["DATABASE_URL"]
        if not url.startswith("postgres"):
            return
        with psycopg.connect(url, autocommit=True) as server:
            server.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        self.figures.disconnections += 1

    def crash_the_database(self) -> None:
        if self.server:
            self.server.restart("immediate")
            self.figures.immediate_restarts += 1

    def restart_the_database(self) -> None:
        if self.server:
            self.server.restart("fast")
            self.figures.fast_restarts += 1

    def _start(self) -> subprocess.Popen[bytes]:
        return self.world.start(
            *("-m", "tests.faults.scenario", "pump"),
            SMS_CHANNEL=f"tests.faults.flaky_provider.{self.provider}",
            MESSAGE_LEASE_SECONDS=str(LEASE),
            CHAOS_SEED=str(self.figures.seed),
            CHAOS_IN_HAND=str(self.world.folder / "in-hand"),
            LOG_LEVEL="CRITICAL",
        )

    def _has_one_in_hand(self, pid: int) -> bool:
        with contextlib.suppress(FileNotFoundError):
            return (self.world.folder / "in-hand" / str(pid)).read_bytes() == b"1"
        return False

    def _let_time_pass(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until or (self.frozen and seconds >= LEASE):
            for pid in [pid for pid, end in self.frozen.items() if time.monotonic() > end]:
                os.kill(pid, signal.SIGCONT)
                del self.frozen[pid]
            time.sleep(0.02)

    def _count(self, count: int, result: dict[str, Any]) -> None:
        sent = self.world.sent()
        self.figures.sends += count
        self.figures.lost = self.figures.sends - len(sent)
        self.figures.duplicated = sum(times - 1 for times in sent.values())
        self.figures.given_up = sum(result["states"].values()) - result["states"].get("sent", 0)
        self.figures.stuck = len(result["stuck"])
        if self.figures.lost or result["left"] or result["stuck"]:
            print(f"not sent: {result}")


@dataclass(frozen=True, slots=True)
class Dose:
    """What one round of 500 sends has to bear."""

    kills: int = 15
    pauses: int = 8
    disconnections: int = 2
    crashes: int = 1
    restarts: int = 1

    def shuffled(self, dice: random.Random) -> list[str]:
        order = (
            ["kill"] * self.kills
            + ["pause"] * self.pauses
            + ["disconnect"] * self.disconnections
            + ["crash_the_database"] * self.crashes
            + ["restart_the_database"] * self.restarts
        )
        dice.shuffle(order)
        return order


def rounds(world: World, number: int, seed: int, server: Server | None, provider: str = "FlakyProvider") -> Figures:
    dice = random.Random(seed)
    figures = Figures(seed)
    for _ in range(number):
        Chaos(world, dice, figures, provider, server).run(500, Dose().shuffled(dice))
        print(figures, flush=True)
    return figures
