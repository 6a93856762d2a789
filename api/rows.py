"""Model rows by statements of our own, for the lookups that every request makes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import cached_property
from typing import Any

from django.db import connection, connections, models, router

from crm.models import Organization
from crm.statements import made

type Values = Sequence[Any]


class Columns[M: models.Model]:
    """
    The columns of a model in a hand-written SELECT, and its instances from what comes back.

    The query compiler takes longer to write such a statement than the database to answer it.
    """

    def __init__(self, model: type[M], alias: str) -> None:
        self.model, self.alias = model, alias

    @cached_property
    def sql(self) -> str:
        return ", ".join(f"{self.alias}.{field.column}" for field in self.model._meta.concrete_fields)

    @cached_property
    def names(self) -> list[str]:
        return [field.attname for field in self.model._meta.concrete_fields]

    @cached_property
    def _converters(self) -> list[tuple[int, Any, Any]]:
        found = []
        for place, field in enumerate(self.model._meta.concrete_fields):
            column = field.get_col(self.model._meta.db_table)
            of_database = connection.ops.get_db_converters(column)
            found += [(place, convert, column) for convert in (*of_database, *column.get_db_converters(connection))]
        return found

    def instance(self, values: Values) -> M:
        """An instance of the model, as if the manager had fetched it."""
        row = list(values)
        for place, convert, column in self._converters:
            row[place] = convert(row[place], column, connection)
        return made(self.model, zip(self.names, row, strict=True), connection.alias)


def fetch_one(sql: str, parameters: Values) -> Values | None:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        row: Values | None = cursor.fetchone()
        return row


def fetch_all(sql: str, parameters: Values) -> list[Values]:
    """Rows of an organisation, from the replica where the handler reads from it."""
    with connections[router.db_for_read(Organization)].cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall())


def aware(moment: dt.datetime | str | None) -> dt.datetime | None:
    """The moment in UTC: SQLite keeps times without a zone, and gives computed ones as text."""
    if isinstance(moment, str):
        moment = dt.datetime.fromisoformat(moment)
    return moment.replace(tzinfo=dt.UTC) if moment is not None and moment.tzinfo is None else moment
