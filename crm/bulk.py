"""Write many rows with one statement. Django's bulk_update builds a CASE for each column and row; this does not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import batched
from typing import Any

from django.db import connections, models, router

#: SQLite takes 32,766 parameters in a statement.
_MOST_PARAMETERS = 30_000


def write_columns[M: models.Model](
    rows: Sequence[M], columns: Sequence[str], *, while_still: Mapping[str, Any] | None = None
) -> set[Any]:
    """
    Store these columns (field names) of the rows, each row with its own values; returns the ids of those written.

    while_still: only rows whose columns in the database still have these values, so that a lost lease is seen.
    """
    written: set[Any] = set()
    if rows and columns:
        for batch in batched(rows, _MOST_PARAMETERS // (len(columns) + 1)):
            written |= _write(batch, columns, while_still or {})
    return written


def _write(rows: Sequence[models.Model], columns: Sequence[str], while_still: Mapping[str, Any]) -> set[Any]:
    model = type(rows[0])
    connection = connections[router.db_for_write(model)]
    fields = [_field(model, column) for column in columns]
    table = connection.ops.quote_name(model._meta.db_table)

    def name(field: models.Field[Any, Any]) -> str:
        return connection.ops.quote_name(str(field.column))

    settings = ", ".join(
        f"{name(field)} = {_typed(field, f'given.column{number}', connection)}"
        for number, field in enumerate(fields, start=2)
    )
    conditions = {_field(model, column): value for column, value in while_still.items()}
    held = "".join(f" AND {table}.{name(field)} = %s" for field in conditions)
    places = f"({', '.join(['%s'] * (len(fields) + 1))})"
    key = f"{table}.{name(_field(model, 'pk'))}"
    statement = (
        f"UPDATE {table} SET {settings} "  # noqa: S608  (names of our own tables and columns)
        f"FROM (VALUES {', '.join([places] * len(rows))}) AS given "
        f"WHERE {key} = given.column1{held} RETURNING {key}"
    )
    parameters = [*_values(rows, fields, connection)]
    parameters += [field.get_db_prep_save(value, connection) for field, value in conditions.items()]
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return {key for (key,) in cursor.fetchall()}


def _field(model: type[models.Model], column: str) -> models.Field[Any, Any]:
    field = model._meta.pk if column == "pk" else model._meta.get_field(column)
    assert isinstance(field, models.Field)
    return field


def _values(rows: Sequence[models.Model], fields: Sequence[Any], connection: Any) -> Iterator[Any]:
    for row in rows:
        yield row.pk
        for field in fields:
            yield field.get_db_prep_save(getattr(row, field.attname), connection)


def _typed(field: Any, expression: str, connection: Any) -> str:
    """PostgreSQL takes a column of bare values for text; SQLite's casts would turn dates into numbers."""
    if connection.vendor == "sqlite":
        return expression
    return f"CAST({expression} AS {field.cast_db_type(connection) or field.db_type(connection)})"
