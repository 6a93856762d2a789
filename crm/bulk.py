"""
Write many rows with one statement.

Django's bulk_update builds a CASE for each column and row, and its bulk_create sends every column of every row, though
most columns have the same value, or none, in all of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from itertools import batched
from typing import Any

from django.db import connections, models, router

#: SQLite takes 32,766 parameters in a statement.
_MOST_PARAMETERS = 30_000

type Arrays = Sequence[tuple[str, list[Any]]]


def insert_rows[M: models.Model](rows: Sequence[M], *, ignore_conflicts: bool = False) -> Sequence[M]:
    """
    bulk_create of new rows, whose ids the database makes; they get them, unless conflicts are ignored.

    SQLite, to which nothing has to be sent, does it Django's way.
    """
    if not rows:
        return rows
    model = type(rows[0])
    connection = connections[router.db_for_write(model)]
    if connection.vendor != "postgresql":
        model._default_manager.bulk_create(rows, ignore_conflicts=ignore_conflicts)
        return rows
    statement, parameters = _insertion(rows, connection)
    with connection.cursor() as cursor:
        if ignore_conflicts:
            cursor.execute(f"{statement} ON CONFLICT DO NOTHING", parameters)
            return rows
        cursor.execute(
            f"{statement} RETURNING {connection.ops.quote_name(_column_of(_field(model, 'pk')))}", parameters
        )
        for row, (key,) in zip(rows, cursor.fetchall(), strict=True):
            row.pk, row._state.adding, row._state.db = key, False, connection.alias
    return rows


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


def _insertion(rows: Sequence[models.Model], connection: Any) -> tuple[str, list[Any]]:
    """INSERT … SELECT: what is the same in all rows stands in the statement or is sent once, the rest as arrays."""
    names, expressions, constants = [], [], []
    arrays: list[tuple[str, list[Any]]] = []
    for field, name, kind in _inserted(type(rows[0]), connection.alias):
        names.append(name)
        values = [field.pre_save(row, True) for row in rows]
        if not _are_same(values):
            arrays.append((kind, [field.get_db_prep_save(value, connection) for value in values]))
            expressions.append(f"given.column{len(arrays)}")
        elif values[0] is None or values[0] == "":
            expressions.append(f"CAST({'NULL' if values[0] is None else "''"} AS {kind})")
        else:
            constants.append(field.get_db_prep_save(values[0], connection))
            expressions.append(f"CAST(%s AS {kind})")
    table = connection.ops.quote_name(type(rows[0])._meta.db_table)
    source = _unnested(arrays) if arrays else f"generate_series(1, {len(rows)})"
    statement = f"INSERT INTO {table} ({', '.join(names)}) SELECT {', '.join(expressions)} FROM {source}"  # noqa: S608
    return statement, constants + [values for _, values in arrays]


@cache
def _inserted(model: type[models.Model], alias: str) -> list[tuple[Any, str, str]]:
    """The columns that are written with a new row: the field, the quoted name, the type."""
    connection = connections[alias]
    return [
        (field, connection.ops.quote_name(_column_of(field)), _type_of(field, connection))
        for field in model._meta.concrete_fields
        if not (field.generated or field.primary_key)
    ]


def _are_same(values: Sequence[Any]) -> bool:
    first = values[0]
    if len(values) > 1 and isinstance(first, dict | list) and first:
        return False  # Python takes {"a": 1} and {"a": True} for equal
    return all(value == first for value in values)


def _write(rows: Sequence[models.Model], columns: Sequence[str], while_still: Mapping[str, Any]) -> set[Any]:
    model = type(rows[0])
    connection = connections[router.db_for_write(model)]
    fields = [_field(model, column) for column in ("pk", *columns)]
    table = connection.ops.quote_name(model._meta.db_table)

    def name(field: models.Field[Any, Any]) -> str:
        return connection.ops.quote_name(_column_of(field))

    given, parameters = (_arrays if connection.vendor == "postgresql" else _values)(rows, fields, connection)
    settings = ", ".join(f"{name(field)} = given.column{number}" for number, field in enumerate(fields[1:], start=2))
    conditions = {_field(model, column): value for column, value in while_still.items()}
    held = "".join(f" AND {table}.{name(field)} = %s" for field in conditions)
    key = f"{table}.{name(fields[0])}"
    statement = f"UPDATE {table} SET {settings} FROM {given} WHERE {key} = given.column1{held} RETURNING {key}"  # noqa: S608
    parameters += [field.get_db_prep_save(value, connection) for field, value in conditions.items()]
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return {key for (key,) in cursor.fetchall()}


def _arrays(rows: Sequence[models.Model], fields: Sequence[Any], connection: Any) -> tuple[str, list[Any]]:
    """One array for each column: the statement is the same for any number of rows, so that it is planned once."""
    values = [[field.get_db_prep_save(getattr(row, field.attname), connection) for row in rows] for field in fields]
    types = [_type_of(field, connection) for field in fields]
    return _unnested(list(zip(types, values, strict=True))), list(values)


def _unnested(arrays: Arrays) -> str:
    types = ", ".join(f"CAST(%s AS {kind}[])" for kind, _ in arrays)
    return f"unnest({types}) AS given({', '.join(f'column{number}' for number in range(1, len(arrays) + 1))})"


def _values(rows: Sequence[models.Model], fields: Sequence[Any], connection: Any) -> tuple[str, list[Any]]:
    """A list of rows; SQLite names their columns itself."""
    places = f"({', '.join(['%s'] * len(fields))})"
    values = [field.get_db_prep_save(getattr(row, field.attname), connection) for row in rows for field in fields]
    return f"(VALUES {', '.join([places] * len(rows))}) AS given", values


def _field(model: type[models.Model], column: str) -> models.Field[Any, Any]:
    field = model._meta.pk if column == "pk" else model._meta.get_field(column)
    assert isinstance(field, models.Field)
    return field


def _column_of(field: models.Field[Any, Any]) -> str:
    return str(field.column)


def _type_of(field: Any, connection: Any) -> str:
    return str(field.cast_db_type(connection) or field.db_type(connection))
