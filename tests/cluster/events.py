"""What is done to the cluster while the client goes on, and how soon everything works again."""

from __future__ import annotations

import datetime as dt
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from tests.cluster.client import Client, Record
from tests.cluster.nodes import Cluster, readiness, until

#: Within so many seconds everything that is alive answers again, and a new lead gets its text.
PROMISED = 15.0
_QUIET_SECONDS = 1.5


@dataclass(frozen=True, slots=True)
class Outcome:
    """recovery: until the last door answered right again, and a lead that was posted since had its text."""

    event: str
    since: float
    recovery: float
    failures: Counter[str]
    more: str = ""

    def __str__(self) -> str:
        failed = ", ".join(f"{count} x {kind}" for kind, count in sorted(self.failures.items())) or "no request failed"
        return f"everything that was left worked after {self.recovery:.1f} s ({failed}){self.more}"


@dataclass(slots=True)
class Events:
    cluster: Cluster
    client: Client

    def all(self, names: Iterable[str]) -> Iterator[Outcome]:
        for name in names:
            yield getattr(self, name.replace(" ", "_"))()
            time.sleep(_QUIET_SECONDS)

    def kill_a_web_server(self) -> Outcome:
        door = self.cluster.doors[0]
        self.client.is_down.add(door)
        outcome = self._after("kill a web server", lambda: self.cluster.kill("web-0"))
        began = time.monotonic()
        self.cluster.start_web(0)
        self.cluster.wait_for_web(0)
        self.client.is_down.discard(door)
        return replace(outcome, more=f"; its successor was ready {time.monotonic() - began:.1f} s after it was started")

    def kill_a_worker_tree(self) -> Outcome:
        outcome = self._after("kill a worker tree", lambda: self.cluster.kill("worker-0"))
        self.cluster.start_worker(0)
        return outcome

    def kill_Redis(self) -> Outcome:
        outcome = self._after("kill Redis", self.cluster.redis.kill)
        self.cluster.redis.start()
        return outcome

    def kill_the_replica(self) -> Outcome:
        """Then it comes back, and lists come from it again."""
        copy = self.cluster.copy
        assert copy
        outcome = self._after("kill the replica", copy.stop)
        copy.start()
        began = time.monotonic()
        assert until(lambda: all(readiness(door).get("replica") == "ok" for door in self.client.doors), 60)
        return replace(outcome, more=f"; {time.monotonic() - began:.1f} s after it was back lists came from it again")

    def restart_the_primary(self) -> Outcome:
        """Its recovery counts from when the server takes log-ins again."""
        self.client.is_without_primary = True
        began = time.monotonic()
        outcome = self._after("restart the primary", lambda: self.cluster.server.restart("immediate"))
        self.client.is_without_primary = False
        return replace(outcome, more=f"; the server itself was away for {outcome.since - began:.1f} s")

    def _after(self, name: str, strike: Callable[[], None]) -> Outcome:
        before = len(self.client.record.failures)
        strike()
        since = time.monotonic()
        assert until(lambda: self._works(since), 60), f"{name}: not working a minute later"
        failures = Counter(kind for kind, _, _ in self.client.record.failures[before:])
        return Outcome(name, since, self._recovered_at(since) - since, failures)

    def _works(self, since: float) -> bool:
        quiet = time.monotonic() - max([since, *self._failed(self.client.record)]) > _QUIET_SECONDS
        return quiet and self._recovered_at(since) < float("inf")

    def _recovered_at(self, since: float) -> float:
        """Every door that is alive has answered right after the last failure, and a new lead has its text."""
        record = self.client.record
        last = max([since, *self._failed(record)])
        alive = [door for door in self.client.doors if door not in self.client.is_down]
        answered = [
            min((end for at, _, end in [*record.right] if at == door and end > last), default=float("inf"))
            for door in alive
        ]
        return max(*answered, self._texted_at(since))

    def _failed(self, record: Record) -> Iterator[float]:
        """When doors that should be there failed."""
        return (at for _, door, at in [*record.failures] if door not in self.client.is_down)

    def _texted_at(self, since: float) -> float:
        """When the first text to a lead that was accepted after the event went out."""
        fresh = {phone for phone, (_, at) in [*self.client.record.accepted.items()] if at > since}
        ago = [line["at"] for line in self.cluster.world.lines() if line["to"] in fresh]
        return monotonic_of(min(ago)) if ago else float("inf")


def monotonic_of(iso: str) -> float:
    """The monotonic clock's time for a moment that another process wrote down."""
    return time.monotonic() - (dt.datetime.now(dt.UTC) - dt.datetime.fromisoformat(iso)).total_seconds()
