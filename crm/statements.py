"""
Querysets that are compiled once for a process.

For a short statement the query compiler takes longer than the database, and writes the same each time.
"""

from __future__ import annotations

import datetime as dt
import inspect
import json
import re
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, wraps
from typing import Any, cast

from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.models.base import ModelState
from django.db.models.expressions import Expression
from django.db.models.query import ModelIterable
from django.db.models.sql.compiler import SQLCompiler
from psycopg.pq import Format

from crm.postgresql.arrays import array

_PLACE = re.compile("%%|%s")

type Row = tuple[Any, ...]
type _Part = Callable[[Row, Any], None]


class Slot(Expression):
    """Where a value goes that is known only when the statement runs. None never equals anything, as in SQL."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, tuple[Any, ...]]:
        return "%s", (self,)


def statement[**P, R](build: Callable[P, models.QuerySet[Any, R]]) -> Callable[P, list[R]]:
    """
    Decorator of a function that builds a queryset: it is called once, with a Slot for each of its arguments; calling
    what comes back runs the statement with the values and returns its rows.

    The queryset must not look at its arguments, only put them into filters. Its rows are instances, or what
    values_list() asks for.
    """
    names = list(inspect.signature(build).parameters)
    signature = inspect.signature(build)

    @cache
    def built() -> models.QuerySet[Any, R]:
        slots: Any = [Slot(name) for name in names]
        return cast(Any, build)(*slots)

    @cache
    def compiled(alias: str) -> Statement[R]:
        return Statement(built().using(alias))

    @wraps(build)
    def run(*positional: P.args, **named: P.kwargs) -> list[R]:
        one = compiled(built().db)  # the replica's, or the primary's
        if named:
            return one.rows(signature.bind(*positional, **named).arguments)
        return one.rows(dict(zip(names, positional, strict=True)))

    return run


def fetched[R](queryset: models.QuerySet[Any, R]) -> list[R]:
    """The rows of a queryset, prefetches aside, made without Model.__init__: for hundreds of them."""
    return Statement(queryset).rows({})


def attach(rows: Iterable[models.Model], *names: str) -> None:
    """
    prefetch_related_objects for foreign keys that lead to a few rows from many, such as the organisation of a batch:
    one statement for each name, and rows that share a key share what it leads to.
    """
    rows = list(rows)
    for name in names if rows else ():
        field = cast(Any, rows[0]._meta.get_field(name))
        wanted = {key for row in rows if (key := row.__dict__[field.attname]) is not None}
        found = field.related_model._base_manager.in_bulk(wanted) if wanted else {}
        for row in rows:
            row._state.fields_cache[name] = found.get(row.__dict__[field.attname])


class Statement[R]:
    """A compiled queryset, whose Slots are filled at each run."""

    def __init__(self, queryset: models.QuerySet[Any, R]) -> None:
        self.alias = queryset.db
        self.compiler = queryset.query.get_compiler(self.alias)
        sql, parameters = self.compiler.as_sql()
        self.sql, self.parameters = sql, list(parameters)
        if any(isinstance(value, Slot) for value in self.parameters):  # else it is not asked again
            self.sql, self.parameters = with_constants(sql, parameters, connections[self.alias])
        self.converters = self.compiler.get_converters([column for column, *_ in self.compiler.select])
        is_model = issubclass(queryset._iterable_class, ModelIterable)
        self.shape: Callable[[Row], Any] = _instances(self.compiler) if is_model else tuple
        self.is_binary = connections[self.alias].vendor == "postgresql" and not _has_json(self.compiler)

    def rows(self, values: Mapping[str, Any]) -> list[R]:
        return self.read(self.sql, self.filled(values))

    def filled(self, values: Mapping[str, Any]) -> list[Any]:
        """The parameters, with these values in the Slots."""
        connection = connections[self.alias]
        return [
            adapted(values[given.name], connection) if isinstance(given, Slot) else given for given in self.parameters
        ]

    def read(self, sql: str, parameters: Sequence[Any]) -> list[R]:
        """Run SQL with the same columns as the statement's, such as that with something around it."""
        with connections[self.alias].cursor() as cursor:
            if self.is_binary:
                cursor.cursor.format = Format.BINARY  # moments and numbers need not be read from text
            cursor.execute(sql, parameters)
            found: Iterable[Any] = cursor.fetchall()
        if self.converters:
            found = self.compiler.apply_converters(found, self.converters)
        return [self.shape(row) for row in found]


def with_constants(sql: str, parameters: Iterable[Any], connection: Any) -> tuple[str, list[Any]]:
    """
    The SQL with what is known already written into it, and the parameters that are left: Slots.

    The server plans a statement once, for whatever its parameters may be; only from what stands in it can it tell that
    a partial index holds all that is asked for. SQLite plans each time, and gets its parameters.
    """
    if connection.vendor != "postgresql":
        return sql, list(parameters)
    given, left = iter(parameters), []

    def filled(place: re.Match[str]) -> str:
        if place[0] == "%%":
            return place[0]
        value = next(given)
        if isinstance(value, Slot):
            left.append(value)
            return place[0]
        return str(connection.ops.compose_sql("%s", [value])).replace("%", "%%")

    return _PLACE.sub(filled, sql), left


def _has_json(compiler: Any) -> bool:
    """Django reads JSON from text itself."""
    fields = (getattr(column, "output_field", None) for column, *_ in compiler.select)
    return any(isinstance(field, models.JSONField) for field in fields)


def made[M: models.Model](model: type[M], values: Iterable[tuple[str, Any]], alias: str = DEFAULT_DB_ALIAS) -> M:
    """
    A row that is in the database, of these columns; any other is fetched when it is looked at.

    Model.__init__ looks at every field the model has: a page of leads would take longer to make than to fetch.
    """
    row = model.__new__(model)
    row.__dict__.update(values)
    row._state = ModelState()
    row._state.adding, row._state.db = False, alias
    return row


def _instances(compiler: Any) -> Callable[[Row], Any]:
    """Makes a row an instance of the model, with its annotations and the related rows that came along."""
    about, alias = compiler.klass_info, compiler.using
    names = _names_by_place(about, compiler)
    names |= {place: name for name, place in (compiler.annotation_col_map or {}).items()}
    if len(names) == len(compiler.select):
        in_order = [names[place] for place in range(len(names))]
        return lambda row: made(about["model"], zip(in_order, row, strict=True), alias)
    return _whole(
        about["model"], names, [_related(part, compiler) for part in about.get("related_klass_infos", ())], alias
    )


def _whole(
    model: type[models.Model], names: Mapping[int, str], parts: Sequence[_Part], alias: str
) -> Callable[[Row], Any]:
    columns = list(names.items())

    def instance(row: Row) -> Any:
        whole = made(model, [(name, row[place]) for place, name in columns], alias)
        for part in parts:
            part(row, whole)
        return whole

    return instance


def _parts(about: Any, compiler: Any) -> list[_Part]:
    return [_related(part, compiler) for part in about.get("related_klass_infos", ())]


def _related(about: Any, compiler: Any) -> _Part:
    """Makes the related row of a row, None where its key is, and ties the two together."""
    names, model = _names_by_place(about, compiler), about["model"]
    key = next(place for place, name in names.items() if name == model._meta.pk.attname)
    instance = _whole(model, names, _parts(about, compiler), compiler.using)
    forth, back = about["local_setter"], about["remote_setter"]

    def tie(row: Row, whole: Any) -> None:
        part = None if row[key] is None else instance(row)
        forth(whole, part)
        if part is not None:
            back(part, whole)

    return tie


def _names_by_place(about: Any, compiler: Any) -> dict[int, str]:
    return {place: compiler.select[place][0].target.attname for place in about["select_fields"]}


class Among(models.Lookup):
    """filter(lead_id__among=…): any of the values, or those of a Slot, however many, in one and the same statement."""

    lookup_name = "among"
    prepare_rhs = False

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, tuple[Any, ...]]:
        sql, parameters = self.process_lhs(compiler, connection)
        given: Any = self.process_rhs(compiler, connection)[1]  # the compiler passes on whatever stands there
        values = [each if isinstance(each, Slot) else adapted(each, connection) for each in given]
        return f"{sql} {among(connection)}", (*parameters, *values)


models.Field.register_lookup(Among)
models.ForeignObject.register_lookup(Among)


def among(connection: Any) -> str:
    """What stands after a column that shall be one of the values of one parameter; see adapted()."""
    return "= ANY(%s)" if connection.vendor == "postgresql" else "IN (SELECT value FROM json_each(%s))"


def adapted(value: Any, connection: Any) -> Any:
    """As the database's driver takes it; several values as one."""
    if isinstance(value, dt.datetime):
        return connection.ops.adapt_datetimefield_value(value)
    if isinstance(value, uuid.UUID) and not connection.features.has_native_uuid_field:
        return value.hex
    if isinstance(value, list | tuple | set | frozenset):
        if connection.vendor == "postgresql":
            return array(list(value))
        return json.dumps([adapted(each, connection) for each in value])
    return value
