"""Behind PgBouncer in transaction mode everybody's statements share one connection, and nobody sees what is others'."""

from __future__ import annotations

import configparser
import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.db import connection, transaction

from crm import reach
from crm.models import Advisor, Organization
from leads.models import Lead
from tests.behind_the_wall import IS_ON, ROLE
from tests.conftest import ClientOf, MakeLead
from tests.racing import at_once
from tests.serving import free_port

PROJECT = Path(__file__).resolve().parents[2]
PGBOUNCER = os.environ.get("PGBOUNCER", "")

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not (IS_ON and PGBOUNCER), reason="needs BEHIND_THE_WALL=1 and PGBOUNCER, its path"),
]


@pytest.fixture
def pooled(transactional_db: None) -> Iterator[dict[str, object]]:
    """Django's connections through a PgBouncer with deploy/pgbouncer.ini and one connection to the server."""
    before = connection.settings_dict.copy()
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        command = [PGBOUNCER, *(["-u", "nobody"] if os.getuid() == 0 else []), str(_written(Path(folder), port))]
        process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        connection.close()
        # As PREPARED_STATEMENTS=0 has it.
        connection.settings_dict.update(HOST="127.0.0.1", PORT=port, OPTIONS={"server_side_binding": True})
        try:
            yield {"host": "127.0.0.1", "port": port, "dbname": before["NAME"], "user": ROLE, "password": ROLE}
        finally:
            connection.close()
            connection.settings_dict.update(before)
            process.terminate()
            process.wait(10)


def _written(folder: Path, port: int) -> Path:
    given = connection.settings_dict
    settings = configparser.ConfigParser()
    settings.read(PROJECT / "deploy" / "pgbouncer.ini")
    where = f"host={given['HOST']} port={given['PORT'] or 5432} dbname={given['NAME']}"
    settings["databases"] = {str(given["NAME"]): where}
    users = folder / "users"
    users.write_text(f'"{ROLE}" "{ROLE}"\n')
    settings["pgbouncer"].update(
        {
            "listen_addr": "127.0.0.1",
            "listen_port": str(port),
            "auth_file": str(users),
            "default_pool_size": "1",
            "reserve_pool_size": "0",
            "unix_socket_dir": "",
        }
    )
    path = folder / "pgbouncer.ini"
    with open(path, "w") as file:
        settings.write(file)
    for each in (folder, users, path):
        each.chmod(0o755)
    return path


def connected(pooled: dict[str, object]) -> psycopg.Connection:
    for _ in range(50):
        try:
            return psycopg.connect(**pooled, autocommit=True, prepare_threshold=None)  # type: ignore[arg-type]
        except psycopg.OperationalError:
            time.sleep(0.1)
    raise AssertionError("PgBouncer does not answer")


@pytest.fixture
def raw(pooled: dict[str, object]) -> Iterator[psycopg.Connection]:
    with connected(pooled) as other:
        yield other


@pytest.fixture
def ours_and_theirs(
    raw: psycopg.Connection, make_lead: MakeLead, organization: Organization, other_organization: Organization
) -> list[Organization]:
    make_lead(name="Mary Ours")
    make_lead(name="Thea Theirs", organization=other_organization)
    return [organization, other_organization]


def test_it_works(raw: psycopg.Connection, ours_and_theirs: list[Organization]) -> None:
    """Two say in turns whose rows they want, and a third, on the same connection to the server, says nothing."""
    servers = set()
    for organization, name in zip(ours_and_theirs * 3, ["Mary Ours", "Thea Theirs"] * 3, strict=True):
        with reach.of(organization.pk):
            assert [lead.name for lead in Lead.objects.all()] == [name]
            with transaction.atomic():
                assert Lead.objects.get().name == name
                assert Lead.objects.count() == 1
        count, server = raw.execute("SELECT (SELECT COUNT(*) FROM leads_lead), pg_backend_pid()").fetchone() or (
            None,
            0,
        )
        assert count == 0
        servers.add(server)
    assert len(servers) == 1


def test_many_at_once_see_only_what_is_theirs(
    ours_and_theirs: list[Organization], alice: Advisor, charlie: Advisor, client_of: ClientOf
) -> None:
    clients = [client_of(alice), client_of(charlie)]

    def look(number: int) -> list[tuple[bool, bool]]:
        pages = [clients[number % 2].get("/leads").content.decode() for _ in range(3)]
        return [("Mary Ours" in page, "Thea Theirs" in page) for page in pages]

    connection.close()
    seen = at_once(look, threads=6)
    assert seen == [[(number % 2 == 0, number % 2 == 1)] * 3 for number in range(6)]


def test_an_error_leaves_nothing_behind(raw: psycopg.Connection, ours_and_theirs: list[Organization]) -> None:
    with reach.of(ours_and_theirs[0].pk), pytest.raises(Exception, match="nonsense"), connection.cursor() as cursor:
        cursor.execute("SELECT nonsense")
    assert raw.execute("SELECT COUNT(*) FROM leads_lead").fetchone() == (0,)
    with reach.everybody():
        assert Lead.objects.count() == 2
    assert raw.execute("SELECT COUNT(*), current_user FROM leads_lead").fetchone() == (0, ROLE)
