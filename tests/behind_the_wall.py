"""
BEHIND_THE_WALL=1: the tests on PostgreSQL run as the restricted role (crm/postgresql/wall.py), as a site in production.

The schema is made by the owner that DATABASE_URL names, who must be allowed to make roles. PARTITIONS=4: messages and
events lie in so many partitions (manage.py partition); without it they are whole.
"""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from crm.postgresql import partitions
from crm.postgresql.wall import raise_wall

ROLE = "leadwright_tests"
_owner: dict[str, str] = {}
PARTITIONS = int(os.environ.get("PARTITIONS", "0"))
IS_ON = os.environ.get("BEHIND_THE_WALL") == "1"


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The test database, with the wall up and the connection on the near side of it."""
    if connection.vendor == "postgresql":
        with django_db_blocker.unblock():
            for table in partitions.tables():
                partitions.lay(table, PARTITIONS)
    if not IS_ON:
        yield
        return
    _owner.update({name: connection.settings_dict[name] for name in ("USER", "PASSWORD")})
    settings.DATABASE_ROLE = os.environ["DATABASE_ROLE"] = ROLE  # also for processes that tests start
    with django_db_blocker.unblock():
        with open(Path(tempfile.gettempdir()) / f"{ROLE}.lock", "w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)  # roles belong to the server, and several runs make them at once
            raise_wall(password=ROLE)
        with connection.cursor() as cursor:  # how the test runner empties tables; nobody else does
            cursor.execute(f"GRANT TRUNCATE ON ALL TABLES IN SCHEMA public TO {ROLE}, {ROLE}_everywhere")
        _log_in_as({"USER": ROLE, "PASSWORD": ROLE})
        yield
        _log_in_as(_owner)


@contextmanager
def as_owner() -> Iterator[None]:
    """On the far side for what no site does: to take triggers away. Not within a transaction."""
    if not IS_ON:
        yield
        return
    near = {name: connection.settings_dict[name] for name in ("USER", "PASSWORD")}
    _log_in_as(_owner)
    try:
        yield
    finally:
        _log_in_as(near)


def _log_in_as(login: dict[str, str]) -> None:
    connection.close()
    connection.settings_dict.update(login)
