"""
Tables that lie in hash partitions by organisation, and how they get there: a statement that names its organisation
looks into one of the partitions, a vacuum works on one, and Citus may spread them.

lay() writes a table anew while nobody works with it. Rows, ids, names of indexes and constraints, triggers, grants and
row-level security stay. Where a key has not the organisation in it, it is put in front, for no unique key of such a
table can be without; that goes for foreign keys to it as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db import OperationalError, connection, transaction
from psycopg.errors import LockNotAvailable

from crm.postgresql import pieces, wall
from crm.postgresql.tables import PARTITIONED

_KEY = "organization_id"
#: An id that is asked for without its organisation is found by this index, which a whole table does not need.
_BY_ID = "{table}_by_id"
_CONSTRAINTS = """
SELECT conrelid::regclass::text, quote_ident(conname), contype::text, pg_get_constraintdef(oid) FROM pg_constraint
WHERE conparentid = 0
    AND (conrelid = %(table)s::regclass AND contype IN ('p', 'u', 'f') OR confrelid = %(table)s::regclass)
ORDER BY array_position('{p,u,f}', contype::text), conname
"""
_INDEXES = """
SELECT pg_get_indexdef(indexrelid) FROM pg_index JOIN pg_class ON oid = indexrelid
WHERE indrelid = %(table)s::regclass AND relname <> %(by_id)s
    AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid AND contype IN ('p', 'u'))
ORDER BY relname
"""
_TRIGGERS = "SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgrelid = %(table)s::regclass AND NOT tgisinternal"
_GRANTS = """
SELECT format('GRANT %%s ON %%s TO %%s', privilege_type, pg_class.oid::regclass,
    CASE WHEN grantee = 0 THEN 'PUBLIC' ELSE grantee::regrole::text END)
    || CASE WHEN is_grantable THEN ' WITH GRANT OPTION' ELSE '' END
FROM pg_class, aclexplode(relacl) WHERE pg_class.oid = %(table)s::regclass AND grantee <> relowner
"""
#: Such as how often autovacuum comes; of all partitions, for a table in partitions has none of its own.
_OPTIONS = """
SELECT DISTINCT unnest(reloptions) FROM pg_class WHERE oid = %(table)s::regclass
    OR oid IN (SELECT inhrelid FROM pg_inherits WHERE inhparent = %(table)s::regclass)
"""


class Busy(Exception):
    """Somebody works with the table; the words say what to do."""


def tables() -> list[str]:
    """Those that may lie in partitions."""
    return [apps.get_model(label)._meta.db_table for label in PARTITIONED]


def number_of(table: str) -> int:
    """Of its partitions; 0 when it is whole."""
    with connection.cursor() as cursor:
        return len(pieces.of_tables(cursor)[table])


def lay(table: str, number: int, *, patience: float = 10) -> int | None:
    """
    Put the table into so many partitions, or none; in one transaction, as its owner or a superuser. How many rows were
    written anew; None where it lies so already.

    Raises Busy when somebody else has the table, or one with a foreign key to it, for longer than patience (seconds).
    """
    if number_of(table) == number:
        return None
    with transaction.atomic(), connection.cursor() as cursor:
        constraints = _asked(cursor, _CONSTRAINTS, table)
        links = [each for each in constraints if each[0] != table]
        _take(cursor, [table, *(link[0] for link in links)], patience)
        afterwards = [*_remade(cursor, table, number, constraints)]
        for other, name, *_ in links:
            cursor.execute(f"ALTER TABLE {other} DROP CONSTRAINT {name}")
        rows = _move(cursor, table, number)
        for statement in afterwards:
            cursor.execute(statement)
        wall.keep_up()
        cursor.execute(f"ANALYZE {table}")
        return rows


def _take(cursor: Any, tables: list[str], patience: float) -> None:
    cursor.execute("SELECT set_config('lock_timeout', %s, true)", [f"{patience * 1000:.0f}ms"])
    try:
        cursor.execute(f"LOCK TABLE {', '.join(tables)} IN ACCESS EXCLUSIVE MODE")
    except OperationalError as error:
        if isinstance(error.__cause__, LockNotAvailable):
            raise Busy(f"Somebody works with {' or '.join(tables)}: stop all web servers and workers first.") from error
        raise
    # What is made now belongs to the one that has had it, also when a superuser makes it.
    cursor.execute("SELECT set_config('role', tableowner, true) FROM pg_tables WHERE tablename = %s", [tables[0]])


def _remade(cursor: Any, table: str, number: int, constraints: list[Any]) -> Iterator[str]:
    """What has to be said once the rows are in the new table."""
    for owner, name, kind, definition in constraints:
        yield f"ALTER TABLE {owner} ADD CONSTRAINT {name} {_keyed(table, owner, kind, definition, bool(number))}"
    for (definition,) in _asked(cursor, _INDEXES, table):
        yield definition.replace(" ON ONLY ", " ON ", 1)
    if number:
        yield f"CREATE INDEX {_BY_ID.format(table=table)} ON {table} (id)"
    options = ", ".join(option for (option,) in _asked(cursor, _OPTIONS, table))
    for each in [f"{table}_p{place}" for place in range(number)] or [table]:
        if options:
            yield f"ALTER TABLE {each} SET ({options})"
    for query in (_TRIGGERS, _GRANTS):
        yield from (statement for (statement,) in _asked(cursor, query, table))


def _keyed(table: str, owner: str, kind: str, definition: str, is_in_pieces: bool) -> str:
    """The definition of a key, with the organisation where partitions need it, and without where only they do."""
    if (kind == "f") == (owner == table):  # a foreign key of its own
        return definition
    bare = definition.replace(f"({_KEY}, ", "(")
    if kind == "u":
        (columns,) = re.findall(r"\((.*)\)", bare)
        fields = {field.column: field for field in _model(table)._meta.fields}
        if columns not in fields or not fields[columns].unique:  # a key of several columns
            return definition
    return bare.replace("(", f"({_KEY}, ") if is_in_pieces else bare


def _move(cursor: Any, table: str, number: int) -> int:
    """The rows go into a new table with the same name and columns; the former one goes, with all that has its names."""
    former = f"{table}_former"
    for piece in pieces.of_tables(cursor)[table]:
        cursor.execute(f"ALTER TABLE {piece} RENAME TO {piece.replace(table, former)}")
    cursor.execute(f"ALTER TABLE {table} RENAME TO {former}")
    by = f" PARTITION BY HASH ({_KEY})" if number else ""
    cursor.execute(f"CREATE TABLE {table} (LIKE {former} INCLUDING ALL EXCLUDING INDEXES){by}")
    for place in range(number):
        cursor.execute(
            f"CREATE TABLE {table}_p{place} PARTITION OF {table} FOR VALUES WITH (MODULUS {number}, REMAINDER {place})"
        )
    # Every row, or an error: the owner is bound by row-level security where it is forced.
    cursor.execute(f"ALTER TABLE {former} NO FORCE ROW LEVEL SECURITY")
    cursor.execute("SET LOCAL row_security = off")
    cursor.execute(f"INSERT INTO {table} SELECT * FROM {former}")  # noqa: S608
    rows = int(cursor.rowcount)
    cursor.execute("SET LOCAL row_security = on")
    (sequence,) = _asked(cursor, "SELECT pg_get_serial_sequence(%(table)s, 'id')", former)[0]
    (new,) = _asked(cursor, "SELECT pg_get_serial_sequence(%(table)s, 'id')", table)[0]
    cursor.execute(f"SELECT setval('{new}', last_value, is_called) FROM {sequence}")  # noqa: S608
    cursor.execute(f"DROP TABLE {former}")
    cursor.execute(f"ALTER SEQUENCE {new} RENAME TO {sequence.rpartition('.')[2]}")
    return rows


def _model(table: str) -> Any:
    return next(model for label in PARTITIONED if (model := apps.get_model(label))._meta.db_table == table)


def _asked(cursor: Any, query: str, table: str) -> list[Any]:
    cursor.execute(query, {"table": table, "by_id": _BY_ID.format(table=table)})
    return list(cursor.fetchall())
