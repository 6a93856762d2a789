"""A database brought back to a moment between two backups, as docs/operations.md tells it, on servers of our own."""

from __future__ import annotations

import datetime as dt
import os
from dataclasses import replace
from pathlib import Path
from typing import Any, LiteralString
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest

from tests.faults.postgres import NotInstalled, Server, free_port, own_folder, own_server, running
from tests.faults.world import World, own_database, wait_until

pytestmark = pytest.mark.skipif(
    not os.environ.get("DATABASE_URL", "").startswith("postgres"), reason="SQLite has backups, and no log to play back"
)


def test_it_works(tmp_path: Path) -> None:
    try:
        with own_folder() as room:
            _bring_back(room, tmp_path)
    except NotInstalled as error:
        pytest.skip(str(error))


def _bring_back(room: Path, tmp_path: Path) -> None:
    archive = room / "archive"
    archive.mkdir(mode=0o777)
    archive.chmod(0o777)
    keep = (f"archive_command=test ! -f {archive}/%f && cp %p {archive}/%f", "archive_mode=on")
    with own_server(*keep) as server, own_database(tmp_path, "recovered", server.url) as url:
        world = World(tmp_path, url)
        server.base_backup(room / "base")
        world.scenario("load:3")
        moment = _now(url)
        world.scenario("load:2")
        world.scenario("work")  # said since then: a database that does not know must not say it again
        assert len(world.sent()) == 5
        _hand_over(url, archive)
        with running(_prepared(server, room, archive, moment)) as brought_back:
            later = World(tmp_path, urlunsplit(urlsplit(url)._replace(netloc=urlsplit(brought_back.url).netloc)))
            with psycopg.connect(later.environment["DATABASE_URL"], autocommit=True) as connection:
                assert wait_until(lambda: _one(connection, "SELECT NOT pg_is_in_recovery()"), 30)
                assert _one(connection, "SELECT count(*) FROM leads_lead") == 3
                assert _one(connection, "SELECT count(*) FROM leads_message WHERE state = 'sent'") == 0
                later.run("manage.py", "park_restored", "--made-at", moment.isoformat())
                stopped = "SELECT count(*) FROM crm_organization WHERE sending_stopped_at IS NULL"
                assert _one(connection, stopped) == 0
            later.scenario("work")
            assert len(later.sent()) == 5


def _prepared(server: Server, room: Path, archive: Path, moment: dt.datetime) -> Server:
    """The copy, told to play the archive back up to that moment."""
    (room / "base" / "recovery.signal").touch()
    return replace(
        server,
        data=room / "base",
        port=free_port(),
        settings=(
            f"restore_command=cp {archive}/%f %p",
            f"recovery_target_time={moment.isoformat(sep=' ')}",
            "recovery_target_action=promote",
        ),
    )


def _hand_over(url: str, archive: Path) -> None:
    """Everything so far is in the archive."""
    with psycopg.connect(url, autocommit=True) as connection:
        segment = _one(connection, "SELECT pg_walfile_name(pg_current_wal_lsn())")
        connection.execute("SELECT pg_switch_wal()")
    assert wait_until((archive / segment).exists, 30)


def _now(url: str) -> dt.datetime:
    with psycopg.connect(url) as connection:
        moment: dt.datetime = _one(connection, "SELECT clock_timestamp()")
        return moment


def _one(connection: psycopg.Connection[Any], question: LiteralString) -> Any:
    row = connection.execute(question).fetchone()
    assert row
    return row[0]
