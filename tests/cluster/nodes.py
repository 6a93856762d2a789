"""Several machines on this one: two web servers and two worker trees, each with a folder of its own, on loopback; the
web servers may read lists from a replica."""

from __future__ import annotations

import http.client
import json
import re
import subprocess
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from cryptography.fernet import Fernet

from tests.cluster.helpers import PASSWORD, ROLE, Redis, pgbouncer
from tests.faults.postgres import Server, own_folder, own_server, running
from tests.faults.world import PROJECT, World, descendants, kill_tree, own_database
from tests.serving import free_port

type Process = subprocess.Popen[bytes]

#: So long a message may lie in dead hands; sixty as delivered.
LEASE = 10
_START_SECONDS = 60.0
_READS = re.compile(r'leadwright_reads_total{database="(\w+)",reason="([\w ]*)"} (\S+)')


@dataclass(slots=True)
class Cluster:
    """world speaks to the primary as its owner; the nodes come through PgBouncer, and stand behind the wall."""

    world: World
    server: Server
    redis: Redis
    site_url: str
    #: A streaming replica of the server's, running.
    copy: Server | None = None
    doors: list[int] = field(default_factory=lambda: [free_port(), free_port()])
    _metrics: list[int] = field(default_factory=lambda: [free_port(), free_port()])
    _running: dict[str, Process] = field(default_factory=dict)

    def start_web(self, number: int, tree: Path = PROJECT) -> None:
        told = {"METRICS_PORT": str(self._metrics[number])}
        self._start(f"web-{number}", tree, "-m", "crm.webserver", "127.0.0.1", str(self.doors[number]), **told)

    def start_worker(self, number: int, tree: Path = PROJECT, **environment: str) -> None:
        self._start(f"worker-{number}", tree, "manage.py", "worker", **environment)

    def stop(self, name: str) -> None:
        """As it is done in order: SIGTERM, and it ends what it has in hand."""
        process = self._running.pop(name)
        process.terminate()
        process.wait(40)

    def kill(self, name: str) -> None:
        """kill -9 for it and everything below it."""
        kill_tree(self._running.pop(name))

    def wait_for_web(self, number: int) -> None:
        """Until it says itself that it may get requests."""
        assert until(lambda: is_ready(self.doors[number]), _START_SECONDS), f"web-{number} does not start"

    def lists_read(self) -> Counter[str]:
        """How many each database answered, and why the primary did; since the web servers were started."""
        found: Counter[str] = Counter()
        for port in self._metrics:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
                for database, reason, count in _READS.findall(answer.read().decode()):
                    found[f"{database}: {reason}" if reason else database] += int(float(count))
        return found

    def wait_for_worker(self, number: int) -> None:
        """Until its cluster, sentinel, two workers, monitor and pusher are there."""
        pid = self._running[f"worker-{number}"].pid
        assert until(lambda: len(descendants(pid)) >= 6, _START_SECONDS), f"worker-{number} does not start"

    def _start(self, name: str, tree: Path, *command: str, **environment: str) -> None:
        folder = self.world.folder / name
        folder.mkdir(exist_ok=True)
        own = {
            "LEADWRIGHT_VAR": str(folder),
            "DATABASE_URL": self.site_url,
            "PREPARED_STATEMENTS": "0",
            "REDIS_URL": self.redis.url,
            "MESSAGE_LEASE_SECONDS": str(LEASE),
            "LOG_LEVEL": "CRITICAL",
        }
        if self.copy:
            to = urlsplit(self.site_url)
            own["REPLICA_URL"] = urlunsplit(to._replace(netloc=f"{ROLE}:{PASSWORD}@127.0.0.1:{self.copy.port}"))
        self._running[name] = self.world.start(*command, tree=tree, **own | environment)


@contextmanager
def cluster(folder: Path, tree: Path = PROJECT) -> Iterator[Cluster]:
    """PostgreSQL with that tree's tables, PgBouncer and Redis are running; no node is yet. Raises NotInstalled."""
    with own_server() as server, own_database(folder, "cluster", server.url, tree) as url, pgbouncer(url) as site_url:
        world = World(folder, url)
        world.environment["ENCRYPTION_KEYS"] = Fernet.generate_key().decode()
        world.run("manage.py", "wall", tree=tree, DATABASE_ROLE_PASSWORD=PASSWORD)
        redis = Redis()
        try:
            yield Cluster(world, server, redis, site_url)
        finally:
            world.end()
            redis.kill()


@contextmanager
def with_replica(it: Cluster) -> Iterator[Cluster]:
    """The nodes that are started from now on read lists from one."""
    with own_folder() as room, running(it.server.copy(room / "copy", "hot_standby_feedback=on")) as copy:
        it.copy = copy
        yield it
        it.world.end()  # before it goes


def is_ready(port: int) -> bool:
    return readiness(port).get("status") == "ok"


def readiness(port: int) -> dict[str, str]:
    """What a web server says of itself; nothing while it does not answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/readyz")
        return dict(json.loads(connection.getresponse().read()))
    except (OSError, http.client.HTTPException, ValueError):
        return {}
    finally:
        connection.close()


def until(condition: Callable[[], object], seconds: float) -> bool:
    """Whether it came true in time; asked five times a second, so that the asking is no work to speak of."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.2)
    return True
