"""A connection that was kept open is known to be alive, or to be gone, before it is used."""

from __future__ import annotations

import datetime as dt
from unittest.mock import patch

import pytest
from django.db import connection
from django.db.backends.postgresql import base

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="about PostgreSQL's connections"),
]


def test_it_works() -> None:
    connection.ensure_connection()
    assert connection.is_usable()
    with patch.object(base.DatabaseWrapper, "is_usable", side_effect=AssertionError("asked the server")):
        assert connection.is_usable()


def test_it_sees_that_the_server_ended_the_connection() -> None:
    connection.ensure_connection()
    assert connection.is_usable()
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [connection.connection.info.backend_pid])
    other.close()
    assert not connection.is_usable()
    connection.close()


def test_after_a_long_rest_and_after_an_error_the_server_is_asked() -> None:
    connection.ensure_connection()
    assert connection.is_usable()
    with patch.object(base.DatabaseWrapper, "is_usable", return_value=False) as asked:
        connection.errors_occurred = True
        assert not connection.is_usable()
        connection.errors_occurred = False
        assert not connection.is_usable()
    assert asked.call_count == 2
    assert connection.is_usable()
    with (
        patch("crm.postgresql.base.time.monotonic", return_value=connection._seen_alive + 60),
        patch.object(base.DatabaseWrapper, "is_usable", return_value=True) as asked,
    ):
        assert connection.is_usable()
    assert asked.call_count == 1


def test_times_come_in_utc_whatever_zone_they_were_given_in() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT '2026-03-08 02:30:00.5-08'::timestamptz, NULL::timestamptz, '0001-01-01 00:00Z'::timestamptz"
        )
        given, nothing, first = cursor.fetchone()
    assert given == dt.datetime(2026, 3, 8, 10, 30, 0, 500_000, tzinfo=dt.UTC)
    assert given.tzinfo is dt.UTC
    assert (nothing, first) == (None, dt.datetime(1, 1, 1, tzinfo=dt.UTC))


@pytest.mark.parametrize("table", ["crm_event", "leads_lead", "leads_message", "sequences_enrollment"])
def test_statistics_are_taken_after_one_row_in_a_hundred(table: str) -> None:
    """Of the table, or of each of its partitions."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT reloptions FROM pg_class WHERE (oid = %(table)s::regclass AND relkind = 'r')"
            " OR oid IN (SELECT inhrelid FROM pg_inherits WHERE inhparent = %(table)s::regclass)",
            {"table": table},
        )
        found = [options for (options,) in cursor.fetchall()]
    assert found
    assert all("autovacuum_analyze_scale_factor=0.01" in (options or []) for options in found)
