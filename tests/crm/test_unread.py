"""A refusal arrives also when it is made before the body has been read: asked of the real web server."""

from __future__ import annotations

import contextlib
import http.client
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.world import PROJECT
from tests.serving import answers, environment, free_port

MEGABYTE = 1024 * 1024
#: Its key is looked for in the head alone, that one's in the body: neither gets as far as a statement.
LENDWORKS, CONVOSO = "/v1/leads", "/v1/leads/insert"


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    port = free_port()
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)]
    command += ["--blocking-threads", "4", "--log-level", "error", "crm.wsgi:application"]
    folder: Path = tmp_path_factory.mktemp("unread")
    process = subprocess.Popen(command, cwd=PROJECT, env=environment(folder), start_new_session=True)
    try:
        for _ in range(300):
            if answers(port):
                break
            time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        process.wait(20)


@contextlib.contextmanager
def connected(port: int) -> Iterator[http.client.HTTPConnection]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    yield connection
    connection.close()


@pytest.mark.parametrize(
    ("path", "megabytes", "status"),
    [(LENDWORKS, 1, 401), (LENDWORKS, 5, 401), (LENDWORKS, 12, 401), (CONVOSO, 12, 413), ("/twilio/status", 5, 403)],
)
def test_the_answer_arrives(port: int, path: str, megabytes: int, status: int) -> None:
    for _ in range(5):
        with connected(port) as connection:
            connection.request("POST", path, b"x" * (megabytes * MEGABYTE), {"Content-Type": "application/json"})
            answer = connection.getresponse()
            assert (answer.status, bool(answer.read())) == (status, True)
            connection.request("GET", "/lendworks/v1/status")  # and the connection is as good as before
            assert connection.getresponse().status == 200


def test_so_it_does_when_nobody_said_how_long_the_body_is(port: int) -> None:
    with connected(port) as connection:
        pieces = iter([b"x" * MEGABYTE] * 5)
        connection.request("POST", LENDWORKS, pieces, {"Transfer-Encoding": "chunked"}, encode_chunked=True)
        assert connection.getresponse().status == 401


def test_who_asks_before_sending_need_not_send(port: int) -> None:
    with connected(port) as connection:
        connection.putrequest("POST", LENDWORKS)
        connection.putheader("Content-Length", str(12 * MEGABYTE))
        connection.putheader("Expect", "100-continue")
        connection.endheaders()
        assert connection.getresponse().status == 401


def test_those_who_send_nothing_hold_half_of_the_threads(port: int) -> None:
    with contextlib.ExitStack() as stack:
        for _ in range(8):
            silent = stack.enter_context(connected(port))
            silent.putrequest("POST", LENDWORKS)
            silent.putheader("Content-Length", str(MEGABYTE))
            silent.endheaders(b"{")
        time.sleep(0.5)
        assert answers(port)
