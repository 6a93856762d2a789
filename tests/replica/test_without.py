"""What the settings make of REPLICA_URL; and that without it there is nothing of a replica."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, connections, router
from django.test import Client
from django.test.utils import CaptureQueriesContext

from crm.models import Advisor
from crm.replica import REPLICA, configuring, reading, standing
from leads.models import Lead
from tests.conftest import ClientOf
from tests.faults.world import PROJECT
from tests.serving import environment

URL = "postgres://leadwright_app:secret@replica.internal:5433/leadwright"


def test_it_works() -> None:
    config = configuring.database(URL, redis_url="redis://cache/0", options={"prepare_threshold": None})
    assert (config["ENGINE"], config["HOST"], config["PORT"]) == ("crm.replica", "replica.internal", 5433)
    assert config["OPTIONS"]["options"] == "-c default_transaction_read_only=on"
    assert config["OPTIONS"]["prepare_threshold"] is None
    assert config["TEST"] == {"MIRROR": "default"}


@pytest.mark.parametrize(("url", "redis"), [("sqlite:///copy.sqlite3", "redis://cache/0"), (URL, "")])
def test_it_refuses_what_cannot_be_right(url: str, redis: str) -> None:
    with pytest.raises(ImproperlyConfigured):
        configuring.database(url, redis_url=redis, options={})


_TOLD = """
import django; django.setup()
from django.conf import settings
from django.db import connections, router
from leads.models import Lead
at = settings.MIDDLEWARE.index("crm.reach.Fenced")
print(settings.DATABASES["replica"]["HOST"], settings.MIDDLEWARE[at + 1], settings.REPLICA_MAX_LAG)
print(type(connections["replica"]).__module__, Lead.objects.all().db, router.allow_migrate("replica", "leads"))
"""


def test_the_environment_names_one(tmp_path: Path) -> None:
    """In a file, as other secrets; no connection is made for that."""
    (tmp_path / "url").write_text(f"{URL}\n")
    told = environment(tmp_path) | {
        "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none",
        "REPLICA_URL_FILE": str(tmp_path / "url"),
        "REDIS_URL": "redis://127.0.0.1:1/0",
        "REPLICA_MAX_LAG": "2.5",
        "DJANGO_SETTINGS_MODULE": "crm.settings",
    }
    done = subprocess.run(
        [sys.executable, "-c", _TOLD], cwd=PROJECT, env=told, capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.splitlines() == [
        "replica.internal crm.replica.requests.ReadYourWrites 2.5",
        "crm.replica.base default False",
    ]


@pytest.mark.skipif(REPLICA in connections, reason="this run has a replica")
@pytest.mark.django_db
def test_without_one_nothing_is_asked_for_it(alice: Advisor, client_of: ClientOf) -> None:
    assert router.routers == []
    assert not standing.is_there()
    with CaptureQueriesContext(connection) as queries:
        assert client_of(alice).get("/leads").status_code == 200
        assert Client().get("/readyz").json().keys() == {"status", "database", "migrations", "worker"}
    assert not [each for each in queries.captured_queries if "pg_" in each["sql"] and "wal" in each["sql"]]
    with reading.reads_from_replica():
        assert Lead.objects.all().db == "default"
    parts = iter("ab")
    assert reading.continued(parts) is parts
