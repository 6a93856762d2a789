"""manage.py serve: everything in one command, and nothing left behind."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from email.message import Message
from pathlib import Path

import pytest

from tests.faults.world import PROJECT, command_of, descendants, is_alive, kill_tree, wait_until
from tests.serving import answers, environment, free_port, start

pytestmark = pytest.mark.faults


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("serve")


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def server(folder: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """A running server on SQLite, in a folder of its own."""
    process = start(folder, port, "--no-demo")
    try:
        assert wait_until(lambda: process.poll() is not None or answers(port), 60)
        assert process.poll() is None
        yield process
    finally:
        kill_tree(process)


def test_sigterm_stops_web_server_and_worker(server: subprocess.Popen[bytes], port: int) -> None:
    assert wait_until(lambda: len(descendants(server.pid)) >= 9, 30)
    below = descendants(server.pid)
    server.terminate()
    assert server.wait(40) == 0
    assert not any(is_alive(pid) for pid in below)
    assert not answers(port)


def test_a_taken_port_is_said_plainly(server: subprocess.Popen[bytes], folder: Path, port: int) -> None:
    command = [sys.executable, "manage.py", "serve", "--no-demo", "--port", str(port)]
    second = subprocess.run(
        command, cwd=PROJECT, env=environment(folder), capture_output=True, text=True, timeout=60, check=False
    )
    assert second.returncode != 0
    assert f"Port {port} on 127.0.0.1 is taken" in second.stderr
    assert "Traceback" not in second.stderr
    assert server.poll() is None


def test_nothing_is_left_when_it_is_killed(server: subprocess.Popen[bytes]) -> None:
    assert wait_until(lambda: len(descendants(server.pid)) >= 9, 30)
    below = descendants(server.pid)
    server.kill()
    server.wait()
    assert wait_until(lambda: not any(is_alive(pid) for pid in below), 10)


def test_it_ends_with_an_error_when_the_web_server_dies(server: subprocess.Popen[bytes]) -> None:
    below = descendants(server.pid)
    web = next(pid for pid in below if "crm.webserver" in command_of(pid))
    os.kill(web, signal.SIGKILL)
    assert server.wait(40) == 1
    assert wait_until(lambda: not any(is_alive(pid) for pid in below), 10)


def test_it_starts_a_dead_worker_again(server: subprocess.Popen[bytes], port: int) -> None:
    def workers() -> list[int]:
        return [pid for pid in descendants(server.pid) if command_of(pid).endswith("manage.py worker")]

    [old] = workers()
    os.kill(old, signal.SIGKILL)
    assert wait_until(lambda: [pid for pid in workers() if pid != old and is_alive(pid)], 20)
    assert answers(port)


def test_pages_get_compressed_files_that_may_be_kept_for_ever(server: subprocess.Popen[bytes], port: int) -> None:
    """Everything that the sign-in page needs, by the bytes that are sent."""
    site = f"http://127.0.0.1:{port}"
    page, _ = fetched(f"{site}/sign-in")
    needed = set(re.findall(rb'(?:href|src)="(/static/[^"#]+)', page))
    assert needed
    for path in needed:
        body, headers = fetched(f"{site}{path.decode()}")
        assert re.search(rb"\.[0-9a-f]{12}\.", path)
        assert "immutable" in headers["Cache-Control"]
        assert headers["Content-Encoding"] == "gzip" or path.endswith((b".woff2", b".png"))
        assert len(body) < 80_000


def fetched(address: str) -> tuple[bytes, Message]:
    wanted = urllib.request.Request(address, headers={"Accept-Encoding": "gzip"})  # noqa: S310
    with urllib.request.urlopen(wanted, timeout=10) as answer:  # noqa: S310
        return answer.read(), answer.headers
