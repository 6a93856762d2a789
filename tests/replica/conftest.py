"""A primary of the tests' own, behind the wall, and a streaming copy of it made with pg_basebackup."""

from __future__ import annotations

import contextlib
import datetime as dt
import itertools
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, LiteralString
from urllib.parse import urlsplit

import dj_database_url
import psycopg
import pytest
from django.db import connections

from crm.models import Actor, Advisor, Organization, Role
from crm.organizations import found
from crm.replica import REPLICA, configuring, standing, written
from leads.intake import OnDuplicate, receive_lead
from leads.models import Lead
from tests.cluster.helpers import PASSWORD, ROLE, Redis
from tests.conftest import advisor_in
from tests.faults.postgres import NotInstalled, Server, own_folder, own_server, running
from tests.faults.world import World, own_database, wait_until

#: A conflict of a query with the replay is decided at once, not after half a minute.
_COPY = ("max_standby_streaming_delay=200ms", "hot_standby_feedback=on")


@dataclass(slots=True)
class Site:
    """primary and copy are servers; database is the name of the site's, which both have."""

    primary: Server
    copy: Server
    redis: Redis
    database: str
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def url_at(self, server: Server, login: str = f"{ROLE}:{PASSWORD}") -> str:
        return f"postgres://{login}@127.0.0.1:{server.port}/{self.database}"

    def ask(self, server: Server, question: LiteralString) -> Any:
        """As a superuser; again where the copy's replay has cancelled it."""
        with psycopg.connect(self.url_at(server, "postgres"), autocommit=True) as connection:
            while True:
                with contextlib.suppress(psycopg.errors.SerializationFailure, psycopg.errors.QueryCanceled):
                    row = connection.execute(question).fetchone()
                    return row[0] if row else None

    def pause(self) -> None:
        """The copy has all that was written until now, and gets nothing more."""
        self.catch_up()
        self.ask(self.copy, "SELECT pg_wal_replay_pause()")
        assert wait_until(lambda: self.ask(self.copy, "SELECT pg_get_wal_replay_pause_state()") == "paused", 10)

    def resume(self) -> None:
        self.ask(self.copy, "SELECT pg_wal_replay_resume()")

    def catch_up(self) -> None:
        end = self.ask(self.primary, "SELECT pg_current_wal_flush_lsn() - '0/0'")
        assert wait_until(lambda: self.ask(self.copy, "SELECT pg_last_wal_replay_lsn() - '0/0'") >= end, 20)

    def organization(self) -> Organization:
        return found(name=f"Lender {next(self.numbers)}", quiet_hours=False, now=dt.datetime.now(dt.UTC))

    def advisor(self, organization: Organization) -> Advisor:
        return advisor_in(organization, f"someone{next(self.numbers)}@mail.example", "Alice", "Archer", Role.MANAGER)

    def lead(self, organization: Organization, name: str, **fields: Any) -> Lead:
        """As a worker brings one in: nobody is waiting for it."""
        given = {"name": name, "phone": f"+1415{5_550_100 + next(self.numbers)}", **fields}
        received = receive_lead(
            organization=organization,
            fields=given,
            by=Actor.system(),
            now=dt.datetime.now(dt.UTC),
            on_duplicate=OnDuplicate.NEW,
        )
        return received.lead


@pytest.fixture(scope="session")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Both running, for all tests."""
    if not os.environ.get("DATABASE_URL", "").startswith("postgres"):
        pytest.skip("SQLite has no replicas")
    folder = tmp_path_factory.mktemp("replica")
    try:
        with (
            own_server("fsync=off") as primary,
            own_database(folder, "replica", primary.url) as url,
            own_folder() as room,
        ):
            World(folder, url).run("manage.py", "wall", DATABASE_ROLE_PASSWORD=PASSWORD)
            redis = Redis()
            try:
                with running(primary.copy(room / "copy", *_COPY)) as copy:
                    yield Site(primary, copy, redis, urlsplit(url).path[1:])
            finally:
                redis.kill()
    except NotInstalled as error:
        pytest.skip(str(error))


@pytest.fixture
def site(both: Site, settings: Any, monkeypatch: pytest.MonkeyPatch, django_db_blocker: Any) -> Iterator[Site]:
    """This process is a web server of that site, which has just started; others have served it for a while."""
    settings.REDIS_URL = both.redis.url
    settings.REPLICA_MAX_LAG = 60.0
    settings.DATABASE_ROUTERS = [configuring.ROUTER]
    at = settings.MIDDLEWARE.index("crm.reach.Fenced") + 1
    settings.MIDDLEWARE = [*settings.MIDDLEWARE[:at], configuring.MIDDLEWARE, *settings.MIDDLEWARE[at:]]
    monkeypatch.setattr(standing, "watch", standing.Watch())
    monkeypatch.setattr(written, "_untold", 0)
    with django_db_blocker.unblock(), _logged_in(both):
        written.position_of("0", written.primary().server)
        yield both
        both.resume()


@pytest.fixture
def acme(site: Site) -> Organization:
    """With one lead, Early Bird, which the copy has."""
    organization = site.organization()
    site.lead(organization, "Early Bird")
    site.catch_up()
    return organization


@pytest.fixture
def reader(site: Site, acme: Organization) -> Advisor:
    return site.advisor(acme)


class _logged_in:
    """Django's connections are to that site."""

    def __init__(self, both: Site) -> None:
        self.both = both

    def __enter__(self) -> None:
        default = connections["default"]
        default.close()
        self.before = default.settings_dict.copy()
        primary = dj_database_url.parse(self.both.url_at(self.both.primary))
        default.settings_dict.update({name: primary[name] for name in ("HOST", "PORT", "NAME", "USER", "PASSWORD")})  # type: ignore[literal-required]
        use_replica(self.both, self.both.url_at(self.both.copy))

    def __exit__(self, *_: object) -> None:
        forget_replica()
        default = connections["default"]
        default.close()
        default.settings_dict.update(self.before)


def use_replica(site: Site, url: str, **options: Any) -> None:
    forget_replica()
    given = configuring.database(url, redis_url=site.redis.url, options={"server_side_binding": True, **options})
    known = {"default": connections.settings["default"], REPLICA: given}
    connections.settings[REPLICA] = connections.configure_settings(known)[REPLICA]


def forget_replica() -> None:
    if REPLICA in connections:
        connections[REPLICA].close()
        del connections[REPLICA]
        del connections.settings[REPLICA]
