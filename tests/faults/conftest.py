"""A database, a log and processes of the tests' own, on the same kind of database as the other tests."""

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
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import orjson
import psycopg
import pytest
from django.conf import settings

PROJECT = Path(__file__).resolve().parents[2]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.faults)


class World:
    """One database with one witness, and the processes that were started in it."""

    def __init__(self, folder: Path, database_url: str) -> None:
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

    def run(self, *command: str, expected: int | None = 0, **environment: str) -> str:
        """Run it to its end; what it printed."""
        done = subprocess.run(
            [sys.executable, *command],
            cwd=PROJECT,
            env=self.environment | environment,
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )
        assert expected is None or done.returncode == expected, done.stderr[-3000:]
        return done.stdout.strip()

    def scenario(self, *commands: str) -> Any:
        """What the last of the commands came to."""
        return json.loads(self.run("-m", "tests.faults.scenario", *commands).splitlines()[-1])

    def start(self, *command: str, **environment: str) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, *command],
            cwd=PROJECT,
            env=self.environment | environment,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._started.append(process)
        return process

    def sent(self) -> Counter[str]:
        """The references that the channel accepted, from its own log."""
        lines = self.log.read_bytes().splitlines() if self.log.exists() else []
        return Counter(orjson.loads(line)["reference"] for line in lines)

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


@pytest.fixture(scope="module")
def database_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A migrated database for this module."""
    folder = tmp_path_factory.mktemp("faults")
    if settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
        url, drop = f"sqlite:///{folder / 'faults.sqlite3'}", lambda: None
    else:
        url, drop = _postgres_database()
    try:
        World(folder, url).run("manage.py", "migrate", "-v0")
        yield url
    finally:
        drop()


def _postgres_database() -> tuple[str, Callable[[], None]]:
    server = os.environ["DATABASE_URL"]
    name = f"leadwright_faults_{os.getpid()}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")  # type: ignore[arg-type]
        connection.execute(f"CREATE DATABASE {name}")  # type: ignore[arg-type]

    def drop() -> None:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")  # type: ignore[arg-type]

    return urlunsplit(urlsplit(server)._replace(path=f"/{name}")), drop


@pytest.fixture
def world(tmp_path: Path, database_url: str) -> Iterator[World]:
    world = World(tmp_path, database_url)
    try:
        yield world
    finally:
        world.end()
