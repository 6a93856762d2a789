"""Operations of migrations that leave a table open to whoever works with it meanwhile; on SQLite, the plain ones."""

from __future__ import annotations

import re
from typing import Any

from django.db import NotSupportedError, migrations

from crm.postgresql import pieces

_CREATES = re.compile(r'CREATE (?P<unique>UNIQUE )?INDEX CONCURRENTLY "?\w+"? ON "?(?P<table>\w+)"?')

#: A table in partitions has no such settings of its own.
_OF_TABLE_OR_PARTITIONS = """
DO $$ DECLARE piece regclass; BEGIN
    FOR piece IN SELECT oid FROM pg_class WHERE oid = '{table}'::regclass AND relkind = 'r'
        UNION ALL SELECT inhrelid FROM pg_inherits WHERE inhparent = '{table}'::regclass
    LOOP
        EXECUTE format('ALTER TABLE %s {what}', piece);
    END LOOP;
END $$
"""


class OnPostgreSQL(migrations.RunSQL):
    """Statements for PostgreSQL alone, which tests/migration_rules.py can read."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        if schema_editor.connection.vendor == "postgresql":
            super().database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        if schema_editor.connection.vendor == "postgresql":
            super().database_backwards(app_label, schema_editor, from_state, to_state)


def analyzed_often(*tables: str) -> OnPostgreSQL:
    """
    Statistics are taken anew after one row in a hundred instead of one in ten. Until they know an organisation that
    has just brought 100,000, the server takes it for small, and looks for a row by its id among all of them.
    """
    often = "SET (autovacuum_analyze_scale_factor = 0.01, autovacuum_analyze_threshold = 1000)"
    as_before = "RESET (autovacuum_analyze_scale_factor, autovacuum_analyze_threshold)"
    return OnPostgreSQL(
        [_OF_TABLE_OR_PARTITIONS.format(table=table, what=often) for table in tables],
        [_OF_TABLE_OR_PARTITIONS.format(table=table, what=as_before) for table in tables],
    )


class AddIndex(migrations.AddIndex):
    """Built concurrently, in a migration with atomic = False; left alone where it is there already."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        model = to_state.apps.get_model(app_label, self.model_name)
        if schema_editor.connection.vendor != "postgresql":
            with schema_editor.connection.cursor() as cursor:
                there = schema_editor.connection.introspection.get_constraints(cursor, model._meta.db_table)
            if self.index.name not in there:
                super().database_forwards(app_label, schema_editor, from_state, to_state)
            return
        build(schema_editor, self.index.name, self.index.create_sql(model, schema_editor, concurrently=True))

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        if schema_editor.connection.vendor == "postgresql":
            drop(schema_editor, self.index.name)
        else:
            super().database_backwards(app_label, schema_editor, from_state, to_state)


class RemoveIndex(migrations.RemoveIndex):
    """Dropped concurrently, in a migration with atomic = False."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        if schema_editor.connection.vendor == "postgresql":
            drop(schema_editor, self.name)
        else:
            super().database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        if schema_editor.connection.vendor != "postgresql":
            super().database_backwards(app_label, schema_editor, from_state, to_state)
            return
        index = to_state.models[app_label, self.model_name_lower].get_index_by_name(self.name)
        model = to_state.apps.get_model(app_label, self.model_name)
        build(schema_editor, self.name, index.create_sql(model, schema_editor, concurrently=True))


class AddRawIndex(migrations.RunSQL):
    """The same for PostgreSQL alone, of which Django has no words: on is what follows ON in CREATE INDEX."""

    def __init__(self, name: str, on: str) -> None:
        self.name, self.on = name, on
        super().__init__(f"CREATE INDEX CONCURRENTLY {name} ON {on}", f"DROP INDEX CONCURRENTLY IF EXISTS {name}")

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return self.__class__.__qualname__, [self.name, self.on], {}

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        if schema_editor.connection.vendor == "postgresql":
            build(schema_editor, self.name, self.sql)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        if schema_editor.connection.vendor == "postgresql":
            drop(schema_editor, self.name)


def build(schema_editor: Any, name: str, statement: Any) -> None:
    """Unless it is there. What an attempt that was broken off has left is invalid, helps nobody, and goes first."""
    if schema_editor.collect_sql:
        _patiently(schema_editor, statement)
        return
    is_valid = _validity(schema_editor, name)
    if is_valid:
        return
    table, created = _taken_apart(str(statement))
    with schema_editor.connection.cursor() as cursor:
        parts = pieces.of_tables(cursor)[table]
    if parts:
        _build_on_pieces(schema_editor, name, created, parts, table)
        return
    if is_valid is False:
        drop(schema_editor, name)
    _patiently(schema_editor, statement)


def drop(schema_editor: Any, name: str) -> None:
    """
    From a table in partitions it goes from all of them at once, for PostgreSQL has no other way: that waits for whoever
    reads, with everybody else behind it, as long as lock_timeout allows.
    """
    if not schema_editor.collect_sql and _is_of_pieces(schema_editor, name):
        schema_editor.execute(f'DROP INDEX IF EXISTS "{name}"')
    else:
        _patiently(schema_editor, f'DROP INDEX CONCURRENTLY IF EXISTS "{name}"')


def _build_on_pieces(schema_editor: Any, name: str, created: str, parts: list[str], table: str) -> None:
    """PostgreSQL builds none concurrently on a table in partitions: so on each of them, and then the one of all."""
    for place, piece in enumerate(parts):
        build(schema_editor, f"{name}_p{place}", created.format(name=f"CONCURRENTLY {name}_p{place}", table=piece))
    if _validity(schema_editor, name) is None:
        schema_editor.execute(created.format(name=name, table=f"ONLY {table}"), params=None)
    for place, _ in enumerate(parts):
        schema_editor.execute(f"ALTER INDEX {name} ATTACH PARTITION {name}_p{place}")


def _taken_apart(statement: str) -> tuple[str, str]:
    """The table that an index is for, and the statement with places for its name and the table's."""
    found = _CREATES.match(statement)
    assert found, statement
    created = "CREATE {unique}INDEX {{name}} ON {{table}}".format(unique=found["unique"] or "")
    return found["table"], created + statement[found.end() :].replace("{", "{{").replace("}", "}}")


def _validity(schema_editor: Any, name: str) -> bool | None:
    """None: there is no such index."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(%s)", [f'"{name}"'])
        (is_valid,) = cursor.fetchone() or (None,)
    return is_valid


def _is_of_pieces(schema_editor: Any, name: str) -> bool:
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_class WHERE oid = to_regclass(%s) AND relkind = 'I'", [f'"{name}"'])
        return cursor.fetchone() is not None


def _patiently(schema_editor: Any, statement: Any) -> None:
    """
    It waits for every transaction that began before it, and nobody waits for it: no limit that migrations have to the
    time they may wait for a lock (PGOPTIONS, see docs/operations.md) holds for it.
    """
    if schema_editor.connection.in_atomic_block and not schema_editor.collect_sql:
        raise NotSupportedError("An index is built or dropped concurrently outside of transactions: atomic = False")
    schema_editor.execute("SET lock_timeout = 0")
    try:
        schema_editor.execute(statement, params=None)
    finally:
        schema_editor.execute("RESET lock_timeout")
