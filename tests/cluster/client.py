"""
An integrator who never rests: posts leads with idempotency keys, and reads each one back at the other web server, by
itself and in the list.

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
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

#: The leads of the organisation in which nobody writes, in the order in which they came.
QUIET = ("Quiet One", "Quiet Two", "Quiet Three")
_PATIENCE = 20.0  # for one answer; PgBouncer lets a request wait for fifteen


class Wrong(Exception):
    """An answer that nobody should have got."""


@dataclass(frozen=True, slots=True)
class Posted:
    name: str
    first_name: str
    phone: str
    #: What it was before it was changed.
    former_name: str = ""

    @property
    def attributes(self) -> dict[str, str]:
        return {"businessName": self.name, "contactFirstName": self.first_name, "phone": self.phone}

    def identity_in(self, answer: bytes) -> str:
        """Of the lead that was answered with. Raises Wrong when it is not this one."""
        return self._identity_of(json.loads(answer)["data"])

    def check_listed(self, identity: str, answer: bytes) -> None:
        """Raises Wrong when the list lacks it, or has it as it was before."""
        listed = [each for each in json.loads(answer)["data"] if each["id"] == identity]
        if not listed:
            raise Wrong(f"{self} was written, and the list lacks it")
        self._identity_of(listed[0])

    def _identity_of(self, data: Any) -> str:
        told = {key: data["attributes"][key] for key in self.attributes}
        if told != self.attributes:
            raise Wrong(f"{self} was answered with {told}")
        return str(data["id"])


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
    #: The same as they were written last.
    posted: dict[str, Posted] = field(default_factory=dict)


@dataclass(slots=True)
class Client:
    """
    doors: ports; another list when others are meant. is_down has the doors that were killed; is_without_primary holds
    while the database is away. quiet_key is of an organisation in which nobody writes: its list is always the same.
    """

    doors: list[int]
    key: str
    quiet_key: str = ""
    record: Record = field(default_factory=Record)
    is_down: set[int] = field(default_factory=set)
    is_without_primary: bool = False
    _numbers: Any = field(default_factory=lambda: itertools.count(1))
    _turns: Any = field(default_factory=lambda: itertools.count())
    _ended: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def start(self, threads: int = 2) -> None:
        work = [self._post, *([self._read_quietly] if self.quiet_key else [])]
        runs = [work[0]] * threads + work[1:]
        self._threads = [threading.Thread(target=self._run, args=[each], daemon=True) for each in runs]
        for thread in self._threads:
            thread.start()

    def end(self) -> None:
        """After the lead that each thread has in hand."""
        self._ended.set()
        for thread in self._threads:
            thread.join(90)
            assert not thread.is_alive()

    def _run(self, work: Callable[[], None]) -> None:
        while not self._ended.is_set():
            try:
                work()
            except (Wrong, ValueError, KeyError, TypeError) as error:
                self.record.wrong.append(repr(error))
            time.sleep(0.05)

    def _read_quietly(self) -> None:
        listed = json.loads(self._insist("GET", "/v1/leads", 200, secret=self.quiet_key))["data"]
        if [each["attributes"]["businessName"] for each in listed] != [*reversed(QUIET)]:
            raise Wrong(f"the list that nobody changes was {listed}")

    def _post(self) -> None:
        self._one_lead(next(self._numbers))

    def _one_lead(self, number: int) -> None:
        phone = f"+1212{5_550_000 + number}"
        if phone.endswith(("0000", "0001")):  # the simulator refuses these
            return
        lead, key = Posted(f"Lead {number}", f"Mary{number}", phone), uuid.uuid4().hex
        body = json.dumps(lead.attributes).encode()
        created = self._insist("POST", "/v1/leads", 201, body, key)
        identity = lead.identity_in(created)
        self.record.accepted[phone] = identity, time.monotonic()
        if number % 5 == 0 and self._insist("POST", "/v1/leads", 201, body, key) != created:
            raise Wrong(f"{lead.name}: the same key got another answer")
        if number % 3 == 0:
            lead = replace(lead, first_name=f"Ann{number}", former_name=lead.first_name)
            change = json.dumps({"contactFirstName": lead.first_name}).encode()
            lead.identity_in(self._insist("PATCH", f"/v1/leads/{identity}", 200, change))
        self.record.posted[phone] = lead
        self._read(lead, identity)
        lead.check_listed(identity, self._insist("GET", "/v1/leads?limit=100", 200))

    def read_again(self) -> None:
        """Everything that was accepted, as it was written last. Raises Wrong."""
        for phone, lead in self.record.posted.items():
            self._read(lead, self.record.accepted[phone][0])

    def _read(self, lead: Posted, identity: str) -> None:
        if lead.identity_in(self._insist("GET", f"/v1/leads/{identity}", 200)) != identity:
            raise Wrong(f"{lead.name}: another lead was read back")

    def _insist(
        self, method: str, path: str, expected: int, body: bytes | None = None, key: str = "", secret: str = ""
    ) -> bytes:
        """At one door after the other until there is the answer that was expected. Raises Wrong."""
        deadline, is_known = time.monotonic() + 60, set[str]()
        while time.monotonic() < deadline:
            doors, begun = self.doors, time.monotonic()
            door = doors[next(self._turns) % len(doors)]
            before = self._known_failures(door)
            status, answer = self._ask(door, method, path, body, key, secret or self.key)
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

    def _ask(
        self, door: int, method: str, path: str, body: bytes | None, key: str, secret: str
    ) -> tuple[int | str, bytes]:
        """Status and body; in place of the status what became of the connection, or a 503 that names no time."""
        headers = {"Authorization": f"Bearer {secret}", **({"Idempotency-Key": key} if key else {})}
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
