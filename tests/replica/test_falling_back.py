"""The copy is late, gone or busy, or nobody knows who has written: the primary answers, and rightly."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import ProgrammingError, connections
from django.test import Client
from redis.exceptions import RedisError

from crm import reach
from crm.models import Advisor, Organization
from crm.observing import metrics
from crm.observing.standing import Standing
from crm.redis_client import redis_at
from crm.replica import REPLICA, patience, reading, standing, written
from leads.models import Lead
from tests.conftest import sign_in
from tests.faults.world import wait_until
from tests.replica.conftest import Site, use_replica


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """The database that each list was read from, and why."""
    seen: list[tuple[str, ...]] = []
    monkeypatch.setattr(metrics, "count", lambda counter, *labels, by=1: seen.append(labels))
    return seen


def names_seen(advisor: Advisor) -> list[str]:
    client = Client()
    sign_in(client, advisor.user)
    answer = client.get("/leads")
    assert answer.status_code == 200
    page = answer.content.decode()
    return [name for name in ("Early Bird", "Late Riser") if name in page]


def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """As a second later."""
    monkeypatch.setattr(standing, "watch", standing.Watch())


def test_an_idle_primary_is_no_lag(site: Site, reader: Advisor, settings: Any, counted: list[tuple[str, ...]]) -> None:
    settings.REPLICA_MAX_LAG = 0.0
    site.catch_up()
    time.sleep(0.5)  # the last commit is that long ago
    assert names_seen(reader) == ["Early Bird"]
    assert counted == [(REPLICA, "")]
    assert standing.watch.now().lag == 0


def test_over_the_limit_the_primary_is_read(
    site: Site, acme: Organization, reader: Advisor, settings: Any, counted: list[tuple[str, ...]]
) -> None:
    settings.REPLICA_MAX_LAG = 1.0
    site.pause()
    site.lead(acme, "Late Riser")
    assert wait_until(lambda: (standing.watch.now().lag or 0) > 1, 10)
    assert names_seen(reader) == ["Early Bird", "Late Riser"]
    assert counted == [("primary", "lag")]
    site.resume()
    site.catch_up()
    assert wait_until(lambda: standing.watch.now().why_not == "", 10)
    assert names_seen(reader) == ["Early Bird", "Late Riser"]
    assert counted[-1] == (REPLICA, "")


def test_a_long_transaction_is_no_lag(site: Site, acme: Organization, reader: Advisor, settings: Any) -> None:
    """Nothing is committed while it writes, and the copy follows it all the same."""
    settings.REPLICA_MAX_LAG = 1.5
    stop = threading.Event()

    def write() -> None:
        with psycopg.connect(site.url_at(site.primary, "postgres")) as connection:
            while not stop.is_set():
                connection.execute("CREATE TABLE IF NOT EXISTS large AS SELECT generate_series(1, 1000) AS number")
                connection.execute("INSERT INTO large SELECT generate_series(1, 1000)")
            connection.rollback()

    thread = threading.Thread(target=write)
    thread.start()
    try:
        reasons = []
        for _ in range(20):
            time.sleep(0.2)
            reasons.append(standing.watch.now().why_not)
    finally:
        stop.set()
        thread.join()
    assert reasons[-10:] == [""] * 10


def test_a_copy_that_was_killed(
    site: Site,
    acme: Organization,
    reader: Advisor,
    counted: list[tuple[str, ...]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert names_seen(reader) == ["Early Bird"]  # over a connection that is open now
    site.lead(acme, "Late Riser")
    site.copy.stop()
    try:
        for _ in range(3):
            assert names_seen(reader) == ["Early Bird", "Late Riser"]
        fresh(monkeypatch)
        assert names_seen(reader) == ["Early Bird", "Late Riser"]
    finally:
        site.copy.start()
    assert counted == [(REPLICA, ""), (REPLICA, ""), *[("primary", "away")] * 4]
    site.catch_up()
    fresh(monkeypatch)
    assert names_seen(reader) == ["Early Bird", "Late Riser"]
    assert counted[-1] == (REPLICA, "")


@contextlib.contextmanager
def frozen(pids: list[int]) -> Iterator[None]:
    """Their connections stay open, and new ones are taken by the system, but nobody answers."""
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


def processes_of(site: Site) -> list[int]:
    """Of the copy: the one that takes connections, and all that it has begun."""
    first = int((site.copy.data / "postmaster.pid").read_text().split()[0])
    children = Path(f"/proc/{first}/task/{first}/children").read_text().split()
    return [first, *map(int, children)]


def test_a_copy_that_hangs(
    site: Site,
    acme: Organization,
    reader: Advisor,
    counted: list[tuple[str, ...]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whoever waits for it has an answer after seconds, and whoever comes next at once."""
    assert names_seen(reader) == ["Early Bird"]  # over a connection that is open now
    site.lead(acme, "Late Riser")
    waited = []
    with frozen(processes_of(site)):
        for _ in range(3):
            begun = time.monotonic()
            assert names_seen(reader) == ["Early Bird", "Late Riser"]
            waited.append(time.monotonic() - begun)
    assert waited[0] < 8
    assert max(waited[1:]) < 2
    assert counted == [(REPLICA, ""), (REPLICA, ""), *[("primary", "away")] * 3]
    site.catch_up()
    fresh(monkeypatch)
    assert names_seen(reader) == ["Early Bird", "Late Riser"]
    assert counted[-1] == (REPLICA, "")


def test_a_session_that_hangs(site: Site, acme: Organization, monkeypatch: pytest.MonkeyPatch) -> None:
    """The copy answers others, so it is waited for a while, and not for ever."""
    monkeypatch.setattr(patience, "_LONGEST", 2.5)
    with reading.request(), reach.of(acme.pk), reading.reads_from_replica(), connections[REPLICA].cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid(), pg_is_in_recovery()")
        pid, is_copy = cursor.fetchone()
        assert is_copy
        with frozen([pid]):
            cursor.execute("SELECT pg_is_in_recovery()")
            assert cursor.fetchone() == (False,)


def test_a_query_that_takes_long_is_waited_for(site: Site, acme: Organization, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "_SILENT", 0.3)
    with reading.request(), reach.of(acme.pk), reading.reads_from_replica(), connections[REPLICA].cursor() as cursor:
        cursor.execute("SELECT pg_is_in_recovery() FROM pg_sleep(1.5)")
        assert cursor.fetchone() == (True,)


def test_it_is_let_alone_for_a_while(
    site: Site, acme: Organization, reader: Advisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(standing, "_COOL_DOWN", 300.0)
    site.copy.stop()
    try:
        names_seen(reader)
    finally:
        site.copy.start()
    assert standing.watch.now().why_not == "away"
    monkeypatch.setattr(standing, "_COOL_DOWN", 0.0)
    assert standing.watch.now().why_not == ""


def test_a_query_that_replay_has_cancelled(
    site: Site, acme: Organization, counted: list[tuple[str, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The copy may not hold up the log for long; here for a fifth of a second."""

    def lock() -> None:
        assert wait_until(
            lambda: site.ask(site.copy, "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep%'") > 1, 10
        )
        with psycopg.connect(site.url_at(site.primary, "postgres")) as connection:
            connection.execute("LOCK TABLE leads_lead IN ACCESS EXCLUSIVE MODE")
            connection.execute("SELECT pg_switch_wal()")

    thread = threading.Thread(target=lock)
    with reading.request(), reach.of(acme.pk), reading.reads_from_replica():
        thread.start()
        with connections[REPLICA].cursor() as cursor:
            cursor.execute("SELECT count(*), pg_is_in_recovery() FROM leads_lead, pg_sleep(1.5) GROUP BY 2")
            assert cursor.fetchone() == (1, False)
        assert Lead.objects.all().db == "default"
    thread.join()
    assert counted == [(REPLICA, ""), ("primary", "cancelled")]
    assert standing.watch.now().why_not == ""  # the next one may read from it


def test_without_redis_nobody_knows_who_has_written(
    site: Site, acme: Organization, reader: Advisor, counted: list[tuple[str, ...]]
) -> None:
    site.pause()
    site.redis.kill()
    try:
        site.lead(acme, "Late Riser")
        assert names_seen(reader) == ["Early Bird", "Late Riser"]
        assert counted == [("primary", "no memory")]
        written.remember({str(acme.pk)})  # which nobody hears
    finally:
        site.redis.start()
        assert wait_until(lambda: not _is_refused(site), 10)
    assert names_seen(reader) == ["Early Bird", "Late Riser"]
    assert counted[-1] == ("primary", "own writes")


def _is_refused(site: Site) -> bool:
    try:
        return not redis_at(site.redis.url).ping()
    except RedisError:
        return True


def test_a_redis_that_came_back_empty_has_everybody_wait(
    site: Site, acme: Organization, reader: Advisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.pause()
    site.lead(acme, "Late Riser")
    written.remember({str(acme.pk)})
    redis_at(site.redis.url).flushall()
    assert names_seen(reader) == ["Early Bird", "Late Riser"]
    site.resume()
    site.catch_up()
    assert standing.why_not(str(acme.pk)) == ""


def test_of_two_positions_the_later_one_counts(site: Site, acme: Organization, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever was slow to say where it was takes nobody's newer write away."""
    whose = str(acme.pk)
    early = written.primary()
    site.lead(acme, "Late Riser")
    written.remember({whose})
    late = written.position_of(whose, early.server)
    monkeypatch.setattr(written, "primary", lambda: early)
    written.remember({whose})
    assert written.position_of(whose, early.server) == late > early.position


def test_a_server_that_is_no_copy_is_not_read_from(
    site: Site, acme: Organization, reader: Advisor, counted: list[tuple[str, ...]]
) -> None:
    use_replica(site, site.url_at(site.primary))
    assert names_seen(reader) == ["Early Bird"]
    assert counted == [("primary", "no replica")]


def test_a_table_that_the_copy_has_not_got_yet(site: Site, acme: Organization) -> None:
    """As while a new release is rolled out."""
    site.pause()
    with psycopg.connect(site.url_at(site.primary, "postgres"), autocommit=True) as connection:
        connection.execute("CREATE TABLE newer AS SELECT 42 AS number")
        connection.execute("GRANT SELECT ON newer TO leadwright_app")
        try:
            with (
                reading.request(),
                reach.of(acme.pk),
                reading.reads_from_replica(),
                connections[REPLICA].cursor() as cursor,
            ):
                cursor.execute("SELECT number FROM newer")
                assert cursor.fetchone() == (42,)
        finally:
            connection.execute("DROP TABLE newer")


def test_a_wrong_statement_is_wrong_at_both(site: Site, acme: Organization) -> None:
    with reading.request(), reach.of(acme.pk), reading.reads_from_replica():
        with connections[REPLICA].cursor() as cursor, pytest.raises(ProgrammingError, match="nonsense"):
            cursor.execute("SELECT nonsense")
        assert Lead.objects.count() == 1


def test_whoever_watches_hears_of_it(site: Site, acme: Organization, monkeypatch: pytest.MonkeyPatch) -> None:
    """A web server is no worse for a replica that is away."""

    def gauges() -> dict[str, float]:
        found = {each.name: each.samples for each in Standing().collect()}
        return {name: samples[0].value for name, samples in found.items() if "replica" in name}

    assert Client().get("/readyz").json()["replica"] == "ok"
    assert gauges() == {"leadwright_replica_usable": 1, "leadwright_replica_lag_seconds": 0}
    site.copy.stop()
    try:
        fresh(monkeypatch)
        answer = Client().get("/readyz")
        assert (answer.status_code, answer.json()["replica"]) == (200, "away")
        assert gauges() == {"leadwright_replica_usable": 0}
    finally:
        site.copy.start()
