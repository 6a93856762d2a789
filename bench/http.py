"""Servers under measurement and the smallest client that can talk to them, on 127.0.0.1 only."""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

HOST = "127.0.0.1"
IDLE = 5.0  # seconds after which the server may have closed a connection


@dataclass(slots=True)
class Server:
    """One granian process with one thread, and one connection to it that is kept open, but not when long unused."""

    port: int
    connection: http.client.HTTPConnection
    used: float = 0.0

    def ask(
        self, method: str, path: str, *, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> bytes:
        """The body of the answer, which must be a success."""
        if time.monotonic() - self.used > IDLE:
            self.connection.close()  # the next request opens another; rounds that warm up pay for it
        self.connection.request(method, path, body=body, headers=dict(headers or {}))
        answer = self.connection.getresponse()
        content = answer.read()
        self.used = time.monotonic()
        if answer.status >= 300:
            raise RuntimeError(f"{method} {path} answered {answer.status}: {content[:300]!r}")
        return content


@contextlib.contextmanager
def serving(application: str, environment: Mapping[str, str]) -> Iterator[Server]:
    """Serve a WSGI application while the block runs."""
    port = free_port()
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", HOST, "--port", str(port)]
    command += ["--workers", "1", "--blocking-threads", "1", "--log-level", "error", application]
    process = subprocess.Popen(command, env=os.environ | dict(environment), start_new_session=True)
    try:
        wait_until_open(process, port)
        yield Server(port, http.client.HTTPConnection(HOST, port, timeout=120))
    finally:
        end(process)


def end(process: subprocess.Popen[bytes]) -> None:
    os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def wait_until_open(process: subprocess.Popen[bytes], port: int) -> None:
    for _ in range(300):
        if process.poll() is not None:
            raise RuntimeError("the server stopped while starting")
        with contextlib.suppress(OSError), socket.create_connection((HOST, port), timeout=1):
            return
        time.sleep(0.1)
    raise RuntimeError("the server did not open its port within 30 s")
