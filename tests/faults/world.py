"""A database, a log and processes of the tests' own."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import orjson
import psycopg

from tests.faults import migrated
from tests.faults.postgres import Server, own_server

PROJECT = Path(__file__).resolve().parents[2]


class World:
    """One database with one witness, and the processes that were started in it."""

    def __init__(self, folder: Path, database_url: str) -> None:
        self.folder = folder
        self.log = folder / "sent.jsonl"
        self.environment = os.environ | {
            "DATABASE_URL": database_url,
            "LEADWRIGHT_VAR": str(folder),
            "SIMULATOR_LOG": str(self.log),
            "SECRET_KEY": "the same for all processes of these tests",
            "WORKERS": "2",
            "LOG_LEVEL": "ERROR",
        }
        self._started: list[subprocess.Popen[bytes]] = []

    def run(self, *command: str, expected: int | None = 0, tree: Path = PROJECT, **environment: str) -> str:
        """Run it to its end; what it printed. tree: whose code."""
        done = subprocess.run(
            [sys.executable, *command],
            cwd=tree,
            env=self.environment | environment,
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
        assert expected is None or done.returncode == expected, done.stderr[-3000:]
        return done.stdout.strip()

    def scenario(self, *commands: str, tree: Path = PROJECT) -> Any:
        """What the last of the commands came to."""
        return json.loads(self.run("-m", "tests.faults.scenario", *commands, tree=tree).splitlines()[-1])

    def finish(self, tree: Path = PROJECT) -> Any:
        """Until nothing is left to do, or until a minute has brought nothing: a busy machine may take its time."""
        before = -1
        while (result := self.scenario("finish", tree=tree))["left"] and len(self.sent()) > before:
            before = len(self.sent())
        return result

    def start(self, *command: str, tree: Path = PROJECT, **environment: str) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, *command],
            cwd=tree,
            env=self.environment | environment,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._started.append(process)
        return process

    def sent(self) -> Counter[str]:
        """The references that the channel accepted, from its own log."""
        return Counter(line["reference"] for line in self.lines())

    def lines(self) -> list[dict[str, str]]:
        """Everything that the channel accepted, in order."""
        lines = self.log.read_bytes().splitlines() if self.log.exists() else []
        return [orjson.loads(line) for line in lines]

    def forget_what_was_sent(self) -> None:
        self.log.unlink(missing_ok=True)

    def end(self) -> None:
        for process in self._started:
            kill_tree(process)


def descendants(pid: int) -> list[int]:
    """The processes below this one, parents first."""
    below: list[int] = []
    for path in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # it ended while we looked
            below += [int(child) for child in path.read_text().split()]
    return below + [deeper for child in below for deeper in descendants(child)]


def command_of(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode().strip()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


def kill_tree(process: subprocess.Popen[bytes]) -> None:
    """kill -9 for the process and everything below it, which we started with it."""
    if process.poll() is not None:
        return
    victims = [process.pid, *descendants(process.pid)]
    for victim in victims:
        with contextlib.suppress(ProcessLookupError):
            os.kill(victim, signal.SIGKILL)
    process.wait()
    assert wait_until(lambda: not any(is_alive(victim) for victim in victims), 10)


def wait_until(condition: Callable[[], object], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


@contextlib.contextmanager
def own_database(folder: Path, name: str, server: str = "", tree: Path = PROJECT) -> Iterator[str]:
    """The address of a migrated database that is gone afterwards, on that server or DATABASE_URL's, or SQLite."""
    server = server or os.environ.get("DATABASE_URL", "")
    with _on_postgres(server, name) if server.startswith("postgres") else _in_a_file(folder, name) as url:
        world = World(folder, url)
        migrate = partial(world.run, "manage.py", "migrate", "-v0", tree=tree)
        if tree == PROJECT:
            migrated.fill(url, migrate)
        else:
            migrate()
        yield url


@contextlib.contextmanager
def _in_a_file(folder: Path, name: str) -> Iterator[str]:
    yield f"sqlite:///{folder / name}.sqlite3"


@contextlib.contextmanager
def _on_postgres(server: str, name: str) -> Iterator[str]:
    name = f"leadwright_{name}_{os.getpid()}"
    drop = f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(drop)  # type: ignore[arg-type]
        connection.execute(f"CREATE DATABASE {name}")  # type: ignore[arg-type]
    try:
        yield urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(drop)  # type: ignore[arg-type]


@contextlib.contextmanager
def place(folder: Path, *, own_postgres: bool) -> Iterator[tuple[str, Server | None]]:
    """The address of a migrated database, and its server if that is ours to restart. Raises NotInstalled."""
    if not own_postgres:
        with own_database(folder, "faults") as url:
            yield url, None
        return
    with own_server() as server, own_database(folder, "faults", server.url) as url:
        yield url, server
