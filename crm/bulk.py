"""
Write many rows with one statement.

Django's bulk_update builds a CASE for each column and row, and its bulk_create sends every column of every row, though
most columns have the same value, or none, in all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from itertools import batched
from typing import Any, NamedTuple

from django.db import connections, models, router
from django.db.models.base import ModelState

from crm.insertion import insertion, insertion_of_one, type_of, unnested
from crm.postgresql.arrays import array
from crm.statements import with_constants

#: SQLite takes 32,766 parameters in a statement.
_MOST_PARAMETERS = 30_000


def fresh[M: models.Model](model: type[M], **values: Any) -> M:
    """
    model(**values) for many: a row that is not yet written. Values are columns, or rows by the name of their field.

    Model.__init__ looks at every field the model has; for a lead that takes longer than all else that is done with it.
    """
    blank = _blank(model)
    row = model.__new__(model)
    row._state = ModelState()
    columns = row.__dict__
    columns.update(blank.plain)
    for name, make in blank.made:
        if name not in values:
            columns[name] = make()
    for name, value in values.items():
        if (link := blank.links.get(name)) is not None:
            columns[link.attname] = None if value is None else value.pk
            link.set_cached_value(row, value)
        elif name in blank.names:
            columns[name] = value
        else:
            raise TypeError(f"{model.__name__} has no column {name}")
    return row


def like[M: models.Model](row: M, **columns: Any) -> M:
    """Another row that is not yet written, with the same values but for these columns, by attname."""
    other = row.__class__.__new__(row.__class__)
    other.__dict__.update(row.__dict__)
    other._state = ModelState()
    other._state.fields_cache = dict(row._state.fields_cache)
    other.__dict__.update(columns)
    return other


class _Blank(NamedTuple):
    """A row without values: columns whose default is the same for all, those whose is made, and the links by name."""

    plain: dict[str, Any]
    made: list[tuple[str, Callable[[], Any]]]
    links: dict[str, Any]
    names: frozenset[str]


@cache
def _blank(model: type[models.Model]) -> _Blank:
    fields = [field for field in model._meta.concrete_fields if not field.generated]
    makers = [(field.attname, field.default) for field in fields if callable(field.default) and field.has_default()]
    plain = {field.attname: field.get_default() for field in fields}
    links = {field.name: field for field in fields if field.is_relation}
    return _Blank(plain, makers, links, frozenset(plain))


def insert_rows[M: models.Model](
    rows: Sequence[M], *, ignore_conflicts: bool = False, along: Iterable[Sequence[models.Model]] = ()
) -> Sequence[M]:
    """
    bulk_create of new rows, whose ids the database makes; they get them, unless conflicts are ignored.

    along: rows of other models that are written by the same statement, left out where they are in conflict. SQLite, to
    which nothing has to be sent, does it Django's way.
    """
    if not rows:
        return rows
    model = type(rows[0])
    connection = connections[router.db_for_write(model)]
    others = [batch for batch in along if batch]
    if connection.vendor != "postgresql":
        model._default_manager.bulk_create(rows, ignore_conflicts=ignore_conflicts)
        for batch in others:
            type(batch[0])._default_manager.bulk_create(batch, ignore_conflicts=True)
        return rows
    statement, parameters = insertion(rows, connection)
    if others:
        statement, parameters = _all_in_one(statement, parameters, others, connection)
    with connection.cursor() as cursor:
        if ignore_conflicts:
            cursor.execute(f"{statement} ON CONFLICT DO NOTHING", parameters)
            return rows
        cursor.execute(f"{statement} RETURNING {_key_of(model, connection)}", parameters)
        for row, (key,) in zip(rows, cursor.fetchall(), strict=True):
            _is_written(row, key, connection)
    return rows


def insert_new[M: models.Model](rows: Sequence[M], *, key: str) -> list[M]:
    """
    Insert those of the rows that are in conflict with none; returns these, with ids.

    key: a column that is new in each, such as a uuid.
    """
    if not rows:
        return []
    model = type(rows[0])
    connection = connections[router.db_for_write(model)]
    if connection.vendor == "postgresql":
        statement, parameters = insertion(rows, connection)
        names = ", ".join(connection.ops.quote_name(_column_of(_field(model, name))) for name in (key, "pk"))
        with connection.cursor() as cursor:
            cursor.execute(f"{statement} ON CONFLICT DO NOTHING RETURNING {names}", parameters)
            ids = dict(cursor.fetchall())
    else:
        model._default_manager.bulk_create(rows, ignore_conflicts=True)
        wanted = [getattr(row, key) for row in rows]
        ids = dict(model._default_manager.filter(**{f"{key}__in": wanted}).values_list(key, "pk"))
    written = [row for row in rows if getattr(row, key) in ids]
    for row in written:
        _is_written(row, ids[getattr(row, key)], connection)
    return written


def insert_and_ask(row: models.Model, questions: Sequence[str]) -> list[Any]:
    """Insert a new row and have questions about it (see question_about) answered by the same statement. PostgreSQL."""
    connection = connections[router.db_for_write(type(row))]
    statement, parameters = insertion_of_one(row, connection)
    wanted = ", ".join([_key_of(type(row), connection), *questions])
    with connection.cursor() as cursor:
        cursor.execute(f"{statement} RETURNING {wanted}", parameters)
        key, *answers = cursor.fetchone()
    _is_written(row, key, connection)
    return answers


def insert_in_turn(
    row: models.Model,
    then: models.Model,
    *,
    by: str,
    along: Iterable[Sequence[models.Model]] = (),
    questions: Sequence[str] = (),
) -> list[Any]:
    """
    Insert a row and then another that knows it by this column, with one statement; the answers to questions about the
    latter. along: as in insert_rows. PostgreSQL.
    """
    connection = connections[router.db_for_write(type(row))]
    key = _key_of(type(row), connection)
    first = insertion_of_one(row, connection)
    second, parameters = insertion_of_one(then, connection, source="made", known=((by, f"made.{key}"),))
    parts = [insertion(batch, connection) for batch in along if batch]
    alongside = "".join(f", along{place} AS ({sql} ON CONFLICT DO NOTHING)" for place, (sql, _) in enumerate(parts))
    given = [*first[1], *(value for _, values in parts for value in values), *parameters]
    wanted = ", ".join([connection.ops.quote_name(by), _key_of(type(then), connection), *questions])
    with connection.cursor() as cursor:
        cursor.execute(f"WITH made AS ({first[0]} RETURNING {key}){alongside} {second} RETURNING {wanted}", given)
        row_key, then_key, *answers = cursor.fetchone()
    _is_written(row, row_key, connection)
    setattr(then, by, row_key)
    _is_written(then, then_key, connection)
    return answers


def question_about(model: type[models.Model], expression: Any) -> str:
    """The expression (such as Exists(… OuterRef(…) …)) as SQL, for rows of this model. PostgreSQL."""
    asking = model._default_manager.order_by().values(answer=expression)
    compiler = asking.query.get_compiler(router.db_for_write(model))
    compiler.as_sql()
    (_, (sql, parameters), _), *_ = compiler.select
    return with_constants(sql, parameters, compiler.connection)[0]


def _all_in_one(
    statement: str, parameters: list[Any], others: Sequence[Sequence[models.Model]], connection: Any
) -> tuple[str, list[Any]]:
    """The others stand before the statement, as WITH demands, and are written after it, in some order."""
    insertions = [insertion(batch, connection) for batch in others]
    tables = ", ".join(
        f"along{number} AS ({sql} ON CONFLICT DO NOTHING)" for number, (sql, _) in enumerate(insertions, start=1)
    )
    return f"WITH {tables} {statement}", [value for _, values in insertions for value in values] + parameters


def _key_of(model: type[models.Model], connection: Any) -> str:
    return str(connection.ops.quote_name(_column_of(_field(model, "pk"))))


def _is_written(row: models.Model, key: Any, connection: Any) -> None:
    row.pk, row._state.adding, row._state.db = key, False, connection.alias


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
    values = [
        array([field.get_db_prep_save(getattr(row, field.attname), connection) for row in rows]) for field in fields
    ]
    types = [type_of(field, connection) for field in fields]
    return unnested(list(zip(types, values, strict=True))), values


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
