"""
An integrator who never rests: posts leads with idempotency keys, and reads each one back at the other web server.

What gets no answer is sent again with the same key at the next door, as a load balancer and a careful program would.
Every answer is judged: right, an honest "not now" while something is known to be down, or wrong.
"""

from __future__ import annotations

import http.client
import itertools
import json
import threading
import time
import uuid
from dataclasses import dataclass, field
from typing import Any

_PATIENCE = 20.0  # for one answer; PgBouncer lets a request wait for fifteen


class Wrong(Exception):
    """An answer that nobody should have got."""


@dataclass(slots=True)
class Record:
    """What the client was told; times are those of the monotonic clock."""

    #: Of each right answer: its door, when it was asked for, when it came.
    right: list[tuple[int, float, float]] = field(default_factory=list)
    #: Of everything else that came: what it was, its door, when.
    failures: list[tuple[str, int, float]] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    #: Phone of each lead that was answered with 201: its id, and when.
    accepted: dict[str, tuple[str, float]] = field(default_factory=dict)


@dataclass(slots=True)
class Client:
    """doors: ports. is_down has the doors that were killed; is_without_primary holds while the database is away."""

    doors: list[int]
    key: str
    record: Record = field(default_factory=Record)
    is_down: set[int] = field(default_factory=set)
    is_without_primary: bool = False
    _numbers: Any = field(default_factory=lambda: itertools.count(1))
    _turns: Any = field(default_factory=lambda: itertools.count())
    _ended: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def start(self, threads: int = 2) -> None:
        self._threads = [threading.Thread(target=self._run, daemon=True) for _ in range(threads)]
        for thread in self._threads:
            thread.start()

    def end(self) -> None:
        """After the lead that each thread has in hand."""
        self._ended.set()
        for thread in self._threads:
            thread.join(90)
            assert not thread.is_alive()

    def _run(self) -> None:
        while not self._ended.is_set():
            try:
                self._one_lead(next(self._numbers))
            except (Wrong, ValueError, KeyError, TypeError) as error:
                self.record.wrong.append(repr(error))
            time.sleep(0.05)

    def _one_lead(self, number: int) -> None:
        phone = f"+1212{5_550_000 + number}"
        if phone.endswith(("0000", "0001")):  # the simulator refuses these
            return
        name, key = f"Lead {number}", uuid.uuid4().hex
        body = json.dumps({"businessName": name, "contactFirstName": "Mary", "phone": phone}).encode()
        created = self._insist("POST", "/v1/leads", 201, body, key)
        identity = self._checked(created, name, phone)
        self.record.accepted[phone] = identity, time.monotonic()
        if number % 5 == 0 and self._insist("POST", "/v1/leads", 201, body, key) != created:
            raise Wrong(f"{name}: the same key got another answer")
        if self._checked(self._insist("GET", f"/v1/leads/{identity}", 200), name, phone) != identity:
            raise Wrong(f"{name}: another lead was read back")

    def _checked(self, answer: bytes, name: str, phone: str) -> str:
        data = json.loads(answer)["data"]
        told = data["attributes"]["businessName"], data["attributes"]["phone"]
        if told != (name, phone):
            raise Wrong(f"{name} {phone} was answered with {told}")
        return str(data["id"])

    def _insist(self, method: str, path: str, expected: int, body: bytes | None = None, key: str = "") -> bytes:
        """At one door after the other until there is the answer that was expected. Raises Wrong."""
        deadline, is_known = time.monotonic() + 60, set[str]()
        while time.monotonic() < deadline:
            door, begun = self.doors[next(self._turns) % len(self.doors)], time.monotonic()
            before = self._known_failures(door)
            status, answer = self._ask(door, method, path, body, key)
            if status == expected:
                self.record.right.append((door, begun, time.monotonic()))
                return answer
            kind = "under way" if b"IDEMPOTENCY_CONFLICT" in answer else str(status)
            self.record.failures.append((kind, door, time.monotonic()))
            if kind not in before | self._known_failures(door) | is_known:
                raise Wrong(f"{method} {path} at {door}: {kind} {answer[:200]!r}")
            is_known = {
                "under way"
            }  # a first try may still be: its web server died, and the database hears of it later
            time.sleep(0.1)
        raise Wrong(f"{method} {path} was not answered for a minute")

    def _known_failures(self, door: int) -> set[str]:
        """How this door may fail now without being wrong."""
        down = {"refused", "cut off"} if door in self.is_down else set()
        return down | ({"503"} if self.is_without_primary else set())

    def _ask(self, door: int, method: str, path: str, body: bytes | None, key: str) -> tuple[int | str, bytes]:
        """Status and body; in place of the status what became of the connection, or a 503 that names no time."""
        headers = {"Authorization": f"Bearer {self.key}", **({"Idempotency-Key": key} if key else {})}
        connection = http.client.HTTPConnection("127.0.0.1", door, timeout=_PATIENCE)
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            text = answer.read()
            if answer.status == 503 and not answer.headers.get("Retry-After"):
                return "503 without Retry-After", text
            return answer.status, text
        except ConnectionRefusedError:
            return "refused", b""
        except TimeoutError:
            return "no answer", b""
        except (OSError, http.client.HTTPException):
            return "cut off", b""
        finally:
            connection.close()
