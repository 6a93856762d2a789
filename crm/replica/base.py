"""Django's engine for the replica; see the package."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

import psycopg
from django.db import DEFAULT_DB_ALIAS, Error, connections

from crm.postgresql import base
from crm.replica import patience, reading


class DatabaseWrapper(base.DatabaseWrapper):
    """
    What the replica cannot answer, because it went away, hangs or replaying the log cancelled it, the primary does,
    which is never behind it; and all that the request reads after it. A statement that is wrong says so there.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.execute_wrappers.append(_or_at_the_primary)

    @cached_property
    def pg_version(self) -> Any:
        """The primary's, which is the same: statements are written without asking the replica."""
        return connections[DEFAULT_DB_ALIAS].pg_version  # type: ignore[attr-defined]

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        connection = super().get_new_connection(conn_params)
        patience.make_impatient(connection, lambda: psycopg.connect(**conn_params).close())
        return connection

    def cursor(self) -> Any:
        try:
            return super().cursor()
        except Error as error:
            if not reading.turn_back(error):
                raise
            return connections[DEFAULT_DB_ALIAS].cursor()

    def chunked_cursor(self) -> Any:
        """An ordinary one: the primary could not go on with the replica's."""
        return self.cursor()


def _or_at_the_primary(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
    try:
        return execute(sql, params, many, context)
    except Error as error:
        if not reading.turn_back(error):
            raise
    cursor, there = context["cursor"], connections[DEFAULT_DB_ALIAS].cursor()
    there.cursor.format = cursor.cursor.format
    cursor.db, cursor.cursor = there.db, there.cursor
    return there.executemany(sql, params) if many else there.execute(sql, params)
