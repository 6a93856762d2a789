"""INSERT … SELECT of new rows: what all have in common stands in the statement, the rest comes as arrays."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Any, NamedTuple

from django.db import connections, models
from psycopg.types.numeric import Int2, Int4, Int8

from crm.postgresql.arrays import array

type Arrays = Sequence[tuple[str, Any]]

type _Field = models.Field[Any, Any]

#: What the driver takes as it stands, so that the field need not be asked.
_PLAIN: dict[type[_Field], type] = {
    models.BooleanField: bool,
    models.CharField: str,
    models.DateTimeField: dt.datetime,
    models.EmailField: str,
    models.TextField: str,
    models.UUIDField: uuid.UUID,
}
#: Of what width whole numbers are sent; the server would plan another statement for each width.
_WHOLE: dict[type[_Field], type[int]] = {
    models.BigAutoField: Int8,
    models.BigIntegerField: Int8,
    models.IntegerField: Int4,
    models.PositiveIntegerField: Int4,
    models.PositiveSmallIntegerField: Int2,
    models.SmallIntegerField: Int2,
}


class Column(NamedTuple):
    """A column that is written with a new row."""

    field: Any
    attname: str
    name: str
    kind: str
    plain: type | None
    whole: type[int] | None
    sets_itself: bool

    def adapted(self, value: Any, connection: Any) -> Any:
        """The value as the driver takes it."""
        given = type(value)
        if given is self.plain and (given is not dt.datetime or value.tzinfo is not None):
            return value
        if given is int and self.whole is not None:
            return self.whole(value)
        return self.field.get_db_prep_save(value, connection)

    def array(self, values: Sequence[Any], connection: Any) -> Any:
        """Many of them as one parameter."""
        return array([self.adapted(value, connection) for value in values])


@cache
def columns_of(model: type[models.Model], alias: str) -> tuple[Column, ...]:
    """All but the key and what the database makes itself."""
    fields = model._meta.concrete_fields
    return tuple(_column(field, connections[alias]) for field in fields if not (field.generated or field.primary_key))


def _column(field: Any, connection: Any) -> Column:
    holds = type(field.target_field if field.is_relation else field)
    name = connection.ops.quote_name(str(field.column))
    kind = type_of(field, connection)
    return Column(field, field.attname, name, kind, _PLAIN.get(holds), _WHOLE.get(holds), _sets_itself(field))


def type_of(field: Any, connection: Any) -> str:
    return str(field.cast_db_type(connection) or field.db_type(connection))


def insertion(rows: Sequence[models.Model], connection: Any) -> tuple[str, list[Any]]:
    """The statement for rows of one model, and its parameters."""
    if len(rows) == 1:
        return insertion_of_one(rows[0], connection)
    columns = columns_of(type(rows[0]), connection.alias)
    expressions, constants = [], []
    arrays: list[tuple[str, Any]] = []
    whole = [row.__dict__ for row in rows]
    for column in columns:
        values = _values(column, rows, whole)
        first = values[0]
        if not _are_same(values):
            arrays.append((column.kind, column.array(values, connection)))
            expressions.append(f"given.column{len(arrays)}")
        elif (literal := _literal(first)) is not None:
            expressions.append(literal)
        else:
            constants.append(column.adapted(first, connection))
            expressions.append(f"CAST(%s AS {column.kind})")
    source = unnested(arrays) if arrays else f"generate_series(1, {len(rows)})"
    statement = f"{_into(type(rows[0]), connection.alias)} SELECT {', '.join(expressions)} FROM {source}"  # noqa: S608
    return statement, constants + [values for _, values in arrays]


def insertion_of_one(
    row: models.Model, connection: Any, *, source: str = "", known: tuple[tuple[str, str], ...] = ()
) -> tuple[str, list[Any]]:
    """
    The same for a single row. The statement depends only on which of its columns are empty, and is written once.

    source: what it is selected from, if from anything; known: columns, by attname, with an SQL expression over that.
    """
    columns, whole = columns_of(type(row), connection.alias), row.__dict__
    values = [column.field.pre_save(row, True) if column.sets_itself else whole[column.attname] for column in columns]
    shape = tuple([_literal(value) for value in values])
    statement, places = _statement_of(type(row), connection.alias, shape, source, known)
    return statement, [columns[place].adapted(values[place], connection) for place in places]


@lru_cache(maxsize=1024)
def _statement_of(
    model: type[models.Model],
    alias: str,
    shape: tuple[str | None, ...],
    source: str,
    known: tuple[tuple[str, str], ...],
) -> tuple[str, list[int]]:
    """With the places of those columns whose values are sent."""
    given, expressions, places = dict(known), [], []
    for place, (column, literal) in enumerate(zip(columns_of(model, alias), shape, strict=True)):
        expression = given.get(column.attname) or literal
        if expression is None:
            places.append(place)
        expressions.append(expression or f"CAST(%s AS {column.kind})")
    whence = f" FROM {source}" if source else ""
    return f"{_into(model, alias)} SELECT {', '.join(expressions)}{whence}", places


@cache
def _into(model: type[models.Model], alias: str) -> str:
    table = connections[alias].ops.quote_name(model._meta.db_table)
    return f"INSERT INTO {table} ({', '.join(column.name for column in columns_of(model, alias))})"


def unnested(arrays: Arrays) -> str:
    """A table of a column for each of the arrays (their type, and what array() made of them), each one parameter."""
    types = ", ".join(f"CAST(%s AS {kind}[])" for kind, _ in arrays)
    return f"unnest({types}) AS given({', '.join(f'column{number}' for number in range(1, len(arrays) + 1))})"


def _values(column: Column, rows: Sequence[models.Model], whole: Sequence[dict[str, Any]]) -> list[Any]:
    if column.sets_itself:
        return [column.field.pre_save(row, True) for row in rows]
    name = column.attname
    return [row[name] for row in whole]


def _literal(value: Any) -> str | None:
    """What most columns of a new row have, as it stands in a statement."""
    if value is None:
        return "NULL"
    if value == "":
        return "''"
    return "'{}'" if value == {} else None


def _sets_itself(field: Any) -> bool:
    """At writing, such as a DateTimeField with auto_now, or a FileField."""
    is_plain = type(field).pre_save is models.Field.pre_save
    return not (is_plain or (isinstance(field, models.DateField) and not (field.auto_now or field.auto_now_add)))


def _are_same(values: Sequence[Any]) -> bool:
    first = values[0]
    if isinstance(first, dict | list) and first:
        return all(value is first for value in values)  # Python takes {"a": 1} and {"a": True} for equal
    return values.count(first) == len(values)
