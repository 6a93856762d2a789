"""A backup brings everything back, row for row, and nothing that may have gone out goes out again."""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection

from crm import backups
from crm.models import Actor, Advisor, Organization
from crm.postgresql import partitions
from leads import messaging
from leads.models import Lead, Message, MessageState
from sequences import enrolling
from sequences.models import Enrollment, EnrollmentStatus, Sequence
from tests import fingerprints as fingerprint
from tests.behind_the_wall import PARTITIONS
from tests.conftest import MakeLead
from tests.faults.world import PROJECT

pytestmark = pytest.mark.django_db(transaction=True)
PAPER = b"%PDF-1.7 a paper"


@pytest.fixture
def world(
    make_lead: MakeLead, alice: Advisor, organization: Organization, now: dt.datetime, settings: Any, tmp_path: Path
) -> Lead:
    """A lead with a message that went out, one that waits, a step that is due, and a file."""
    settings.MEDIA_ROOT = tmp_path / "files"
    default_storage.save("ab/paper.pdf", ContentFile(PAPER))
    lead = make_lead(name="Jane Miller")
    messaging.write(lead, body="This one went out", by_advisor=alice, now=now)
    waits = messaging.write(lead, body="This one waits", by_advisor=alice, now=now)
    Message.objects.filter(pk=waits.pk).update(state=MessageState.QUEUED, sent_at=None, provider_id="")
    sequence = Sequence.objects.filter(organization=organization).order_by("pk")[0]
    enrolling.enroll(make_lead(name="John Due"), sequence, by=Actor.advisor(alice), now=now)
    return lead


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[str]:
    """The address of an empty database of the kind that is tested."""
    if connection.vendor == "sqlite":
        yield f"sqlite:///{tmp_path / 'restored.sqlite3'}"
        return
    given = connection.settings_dict
    login = f"{given['USER']}:{given['PASSWORD']}" if given["PASSWORD"] else given["USER"]
    server = f"postgres://{login}@{given['HOST']}:{given['PORT'] or 5432}"
    name = f"{given['NAME']}_restored"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as control:
        control.execute(f'DROP DATABASE IF EXISTS "{name}"')
        control.execute(f'CREATE DATABASE "{name}"')
        yield f"{server}/{name}"
        control.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def restored(url: str, backup: Path, var: Path, *, command: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"DATABASE_URL": url, "LEADWRIGHT_VAR": str(var), "PREPARED_STATEMENTS": "1"}
    run = [sys.executable, "manage.py", *(command or ("restore", str(backup)))]
    return subprocess.run(run, cwd=PROJECT, env=environment, capture_output=True, text=True, timeout=300)


def backed_up(folder: Path) -> Path:
    out = StringIO()
    call_command("backup", str(folder), stdout=out)
    return Path(out.getvalue().strip())


def fingerprints(url: str) -> dict[str, str]:
    run = [sys.executable, "-m", "tests.fingerprints"]
    done = subprocess.run(run, cwd=PROJECT, env=os.environ | {"DATABASE_URL": url}, capture_output=True, check=True)
    return dict(json.loads(done.stdout))


def test_it_works(world: Lead, empty: str, tmp_path: Path, settings: Any) -> None:
    before = fingerprint.of(connection)
    backup = backed_up(tmp_path / "backups")
    assert not [path for path in backup.iterdir() if PAPER in path.read_bytes()]
    var = tmp_path / "elsewhere"
    done = restored(empty, backup, var)
    assert done.returncode == 0, done.stderr
    assert (var / "files" / "ab" / "paper.pdf").read_bytes() == (settings.MEDIA_ROOT / "ab" / "paper.pdf").read_bytes()
    settings.MEDIA_ROOT = var / "files"
    assert default_storage.open("ab/paper.pdf").read() == PAPER
    after = fingerprints(empty)
    assert after.keys() == before.keys()
    # What parking touches, and nothing else.
    changed = {table for table in before if before[table] != after[table]}
    assert changed <= {"crm_organization", "crm_event", "leads_message", "sequences_enrollment", "django_q_ormq"}
    manifest = backups.read(backup)
    assert manifest["rows"]["leads_lead"] == 2


@pytest.mark.skipif(connection.vendor != "postgresql", reason="partitions are PostgreSQL's")
def test_partitions_come_back_as_they_were(world: Lead, empty: str, tmp_path: Path) -> None:
    for table in partitions.tables():
        partitions.lay(table, 3)
    try:
        before, backup = fingerprint.of(connection), backed_up(tmp_path / "backups")
    finally:
        for table in partitions.tables():
            partitions.lay(table, PARTITIONS)
    done = restored(empty, backup, tmp_path / "elsewhere")
    assert done.returncode == 0, done.stderr
    looked = restored(empty, backup, tmp_path / "elsewhere", command=("partition", "--check"))
    assert looked.stdout.count("3 partitions by organisation") == 2, looked.stderr
    assert backups.read(backup)["rows"]["leads_message"] == Message.objects.count() == 2
    after = fingerprints(empty)
    assert after.keys() == before.keys()
    assert restored(empty, backup, tmp_path / "elsewhere", command=("migrate", "--check")).returncode == 0
    ticked = restored(empty, backup, tmp_path / "elsewhere", command=("tick",))
    assert ticked.returncode == 0, ticked.stderr


def test_nothing_that_may_have_gone_out_goes_out_again(world: Lead, empty: str, tmp_path: Path) -> None:
    backup = backed_up(tmp_path / "backups")
    assert restored(empty, backup, tmp_path / "elsewhere").returncode == 0
    looked = restored(empty, backup, tmp_path / "elsewhere", command=("shell", "--no-imports", "-c", _LOOK))
    assert looked.stdout.splitlines() == [
        "messages sent 1, unknown 1",
        "enrollments paused 1",
        "stopped 1 of 1",
    ], looked.stderr
    ticked = restored(empty, backup, tmp_path / "elsewhere", command=("tick",))
    assert ticked.returncode == 0, ticked.stderr
    assert not (tmp_path / "elsewhere" / "simulator.jsonl").exists()


_LOOK = """
from collections import Counter
from crm.models import Organization
from leads.models import Message
from sequences.models import Enrollment
def told(rows, column):
    return ", ".join(f"{k} {v}" for k, v in sorted(Counter(rows.values_list(column, flat=True)).items()))
print("messages", told(Message.objects.all(), "state"))
print("enrollments", told(Enrollment.objects.all(), "status"))
print("stopped", Organization.objects.exclude(sending_stopped_at=None).count(), "of", Organization.objects.count())
"""


@pytest.fixture
def owner(empty: str) -> Iterator[str]:
    """The empty database's address for somebody who owns it and is no superuser, as where databases are rented."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no owners")
    server, _, name = empty.rpartition("/")
    role = f"{name}_owner"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as control:
        if control.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone() != (True,):
            pytest.skip("needs a superuser, to declare a function leakproof")
        control.execute(f"CREATE ROLE \"{role}\" LOGIN CREATEROLE PASSWORD 'owner'")
        control.execute(f'ALTER DATABASE "{name}" OWNER TO "{role}"')
        yield f"postgres://{role}:owner@{server.rpartition('@')[2].removeprefix('postgres://')}/{name}"
        control.execute(f'ALTER DATABASE "{name}" OWNER TO CURRENT_USER')
        with psycopg.connect(empty, autocommit=True) as there:
            there.execute(f'DROP OWNED BY "{role}" CASCADE')
        control.execute(f'DROP ROLE "{role}"')


def test_whoever_is_no_superuser_gets_back_what_one_declared_leakproof(world: Lead, owner: str, tmp_path: Path) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER FUNCTION lead_digits(text) LEAKPROOF")
    try:
        backup = backed_up(tmp_path / "backups")
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER FUNCTION lead_digits(text) NOT LEAKPROOF")
    done = restored(owner, backup, tmp_path / "elsewhere")
    assert done.returncode == 0, done.stderr
    with psycopg.connect(owner) as there:
        found = there.execute("SELECT proleakproof FROM pg_proc WHERE proname = 'lead_digits'").fetchall()
        assert found == [(False,)]
        assert there.execute("SELECT lead_digits('4155551')").fetchone() == (["41555", "15555", "55551"],)


def test_there_is_no_wall_round_nothing(empty: str, tmp_path: Path) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no wall")
    done = restored(empty, tmp_path, tmp_path / "elsewhere", command=("wall",))
    assert (done.returncode, done.stderr.strip()) == (
        1,
        "CommandError: There are no tables yet: manage.py migrate makes them.",
    )


def test_a_damaged_backup_is_refused_before_anything_is_written(world: Lead, empty: str, tmp_path: Path) -> None:
    backup = backed_up(tmp_path / "backups")
    database = next(backup.glob("database.*"))
    database.write_bytes(database.read_bytes()[:-100])
    done = restored(empty, backup, tmp_path / "elsewhere")
    assert (done.returncode, "is damaged or missing" in done.stderr) == (1, True)
    assert fingerprints(empty) == {}


def test_a_database_that_is_not_empty_is_refused(world: Lead, tmp_path: Path) -> None:
    backup = backed_up(tmp_path / "backups")
    with pytest.raises(CommandError, match="not empty"):
        call_command("restore", str(backup))
    assert Lead.objects.count() == 2


def test_a_folder_with_files_is_refused_before_anything_is_written(world: Lead, empty: str, tmp_path: Path) -> None:
    backup = backed_up(tmp_path / "backups")
    (tmp_path / "elsewhere" / "files").mkdir(parents=True)
    (tmp_path / "elsewhere" / "files" / "theirs.pdf").write_bytes(b"somebody's")
    done = restored(empty, backup, tmp_path / "elsewhere")
    assert (done.returncode, "files is not empty" in done.stderr) == (1, True)
    assert fingerprints(empty) == {}


def test_what_is_no_backup_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="is no backup"):
        call_command("restore", str(tmp_path))


def test_a_backup_that_fails_leaves_nothing(world: Lead, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr(backups, "_keep_files", full)
    with pytest.raises(CommandError, match="No space left"):
        call_command("backup", str(tmp_path / "backups"))
    assert list((tmp_path / "backups").iterdir()) == []


def test_a_database_brought_back_by_the_server_is_parked_too(world: Lead, now: dt.datetime) -> None:
    with pytest.raises(CommandError, match="zone"):
        call_command("park_restored", "--made-at", "2026-11-21T09:30:00")
    call_command("park_restored", "--made-at", now.isoformat())
    assert Enrollment.objects.get().status == EnrollmentStatus.PAUSED
    assert set(Message.objects.values_list("state", flat=True)) == {MessageState.SENT, MessageState.UNKNOWN}
    assert Organization.objects.get().is_stopped_with_all
