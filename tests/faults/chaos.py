"""
python -m tests.faults.chaos --minutes N [--seed S] [--write]: kill, freeze and disconnect, and count.

Several processes send through a provider that fails. Each message must be in the provider's own log exactly once. With
DATABASE_URL=postgres://… on a database of its own there, otherwise on SQLite. --write puts the figures into
docs/reliability.md. The seed gives the order of events; when exactly they strike, the machine decides.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field, fields
from pathlib import Path

import psycopg

from tests.faults.world import PROJECT, World, own_database, wait_until

WORKERS = 3
LEASE = 2.0
_DOC = PROJECT / "docs" / "reliability.md"


@dataclass(slots=True)
class Figures:
    seed: int
    database: str
    sends: int = 0
    kills: int = 0
    pauses: int = 0
    disconnections: int = 0
    lost: int = 0
    duplicated: int = 0

    def __str__(self) -> str:
        return ", ".join(f"{each.name} {getattr(self, each.name)}" for each in fields(self))


@dataclass(slots=True)
class Chaos:
    """One round: due steps, the processes that send them, and what is done to those."""

    world: World
    dice: random.Random
    figures: Figures
    provider: str = "FlakyProvider"
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

    def _count(self, count: int, result: dict[str, object]) -> None:
        sent = self.world.sent()
        self.figures.sends += count
        self.figures.lost = self.figures.sends - len(sent)
        self.figures.duplicated = sum(times - 1 for times in sent.values())
        if self.figures.lost or result["left"]:
            print(f"not sent: {result}")


def events(dice: random.Random, kills: int, pauses: int, disconnections: int) -> list[str]:
    order = ["kill"] * kills + ["pause"] * pauses + ["disconnect"] * disconnections
    dice.shuffle(order)
    return order


def _rounds(minutes: float, seed: int, provider: str) -> Figures:
    dice = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder, own_database(Path(folder), "chaos") as url:
        world = World(Path(folder), url)
        figures = Figures(seed, url.partition(":")[0])
        until = time.monotonic() + minutes * 60
        try:
            while not figures.sends or time.monotonic() < until:
                Chaos(world, dice, figures, provider).run(500, events(dice, 12, 6, 2))
                print(figures, flush=True)
        finally:
            world.end()
    return figures


def _write(figures: Figures) -> None:
    """The line of this database in docs/reliability.md, in place of the one before."""
    start = f"| chaos, {figures.database} |"
    line = (
        f"{start} {figures.sends:,} sends, {figures.kills} kill -9, {figures.pauses} pauses longer than the lease, "
        f"{figures.disconnections} mass disconnections, seed {figures.seed} | "
        f"**{figures.lost} lost, {figures.duplicated} duplicated** |"
    )
    lines = [line if old.startswith(start) else old for old in _DOC.read_text().splitlines()]
    _DOC.write_text("\n".join(lines) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=1)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--naive", action="store_true", help="send again without proof, to see the witness see it")
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    figures = _rounds(given.minutes, given.seed, "Naive" if given.naive else "FlakyProvider")
    if given.write and not given.naive:
        _write(figures)
    sys.exit(bool(figures.lost or figures.duplicated) != given.naive)


if __name__ == "__main__":
    main()
