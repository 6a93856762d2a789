"""
What a migration may not do while the code of the release before it still runs, read from its SQL on PostgreSQL.

django-migration-linter reads SQL in the same way. It knows less of what we do (locks of constraints, defaults of the
database, statements in RunPython), takes no reasons, and brings two packages along; so here are the rules alone.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator

from django.db import connection
from django.db.migrations import Migration, RunPython
from django.db.migrations.state import ProjectState

_TABLE = r'"?(?P<table>\w+)"?'
_ADD = r"\bADD (?!CONSTRAINT)"
#: A statement that says so is against the rule, in these words.
_WORDS = {
    r"DROP TABLE": "old code still asks for that table",
    r"ALTER TABLE .* RENAME TO": "old code asks for the table by its former name",
    r"\bDROP COLUMN\b": "old code still asks for that column",
    r"\bRENAME COLUMN\b": "old code asks for the column by its former name",
    rf"{_ADD}(?!.*\b(DEFAULT|GENERATED)\b).*\bNOT NULL\b": "old code leaves that column out: give it a db_default",
    r"\bDROP DEFAULT\b": "old code leaves that column out: give it a db_default, which stays",
    rf"{_ADD}.* DEFAULT \W*(gen_random_uuid|uuid_generate|random|nextval|clock_timestamp)\b": (
        "every row is written anew under a lock"
    ),
    rf"{_ADD}.* UNIQUE\b": "builds an index under a lock: add the column, then the index concurrently",
    r"\bALTER COLUMN .* SET NOT NULL\b": "old code may leave it out, and every row is read under a lock",
    r"\bALTER COLUMN .* TYPE\b": "every row may be written anew under a lock, and old code knows the former type",
    rf"ALTER TABLE (ONLY )?{_TABLE} ADD CONSTRAINT": "old code does not keep it, and every row is read under a lock",
    r"\bDROP CONSTRAINT\b": "old code may count on it (ON CONFLICT)",
    rf"CREATE (UNIQUE )?INDEX (?!CONCURRENTLY).* ON (ONLY )?{_TABLE}": (
        "nobody can write meanwhile: crm.postgresql.operations.AddIndex"
    ),
    r"CREATE UNIQUE INDEX": "old code does not keep it",
    r"DROP INDEX (?!CONCURRENTLY)": "waits with nobody reading meanwhile: crm.postgresql.operations.RemoveIndex",
    r"^(REINDEX (?!.*CONCURRENTLY)|CLUSTER|VACUUM FULL|TRUNCATE|LOCK)": "nobody can write meanwhile",
}
_RULES = {re.compile(pattern, re.IGNORECASE | re.DOTALL): words for pattern, words in _WORDS.items()}
_CHANGES_ROWS = re.compile(r"^\s*(UPDATE|DELETE|INSERT)\b", re.IGNORECASE)
_LOCKS = re.compile(rf"^\s*ALTER TABLE (ONLY )?{_TABLE}", re.IGNORECASE)
_REPEATABLE = re.compile(r"\bCONCURRENTLY\b|\bOR REPLACE\b|\bIF (NOT )?EXISTS\b|^(SET|RESET|ANALYZE)\b", re.IGNORECASE)
_MADE = re.compile(rf"^\s*CREATE TABLE (IF NOT EXISTS )?{_TABLE}", re.IGNORECASE)


def broken_by(migration: Migration, state: ProjectState) -> list[str]:
    """
    One sentence for each rule that it breaks, state being that of the models before it; none when it says why.

    `contract = "…"` in the migration's class says why nothing that runs minds: most often, what the release before has
    stopped asking for.
    """
    return [] if getattr(migration, "contract", "").strip() else list(_broken(migration, state))


def _broken(migration: Migration, state: ProjectState) -> Iterator[str]:
    statements = list(_statements(migration, state))
    new = {found["table"] for each in statements if (found := _MADE.search(each))}
    for statement in statements:
        for rule, words in _RULES.items():
            found = rule.search(statement)
            if found and found.groupdict().get("table") not in new and not _is_of(statement, new):
                yield f"{words}: {statement}"
    code = [each for each in migration.operations if isinstance(each, RunPython)]
    for each in code:
        if "schema_editor.execute" in inspect.getsource(each.code):
            yield f"{each.code.__name__}: executes what can't be read here: crm.postgresql.operations.OnPostgreSQL"
    locked = {found["table"] for each in statements if (found := _LOCKS.search(each))} - new
    if migration.atomic and locked and (code or any(_CHANGES_ROWS.search(each) for each in statements)):
        yield f"changes rows while it locks {', '.join(sorted(locked))}: a migration for each"
    once = [each for each in statements if not _REPEATABLE.search(each)]
    if not migration.atomic and once and len(migration.operations) > 1:
        yield f"can't be run again when it was broken off, without a transaction: a migration of its own for {once[0]}"


def _is_of(statement: str, tables: set[str]) -> bool:
    """Whether it is about a table that nobody knows yet."""
    return bool((found := _LOCKS.search(statement)) and found["table"] in tables)


def _statements(migration: Migration, state: ProjectState) -> Iterator[str]:
    with connection.schema_editor(collect_sql=True, atomic=False) as editor:
        migration.apply(state.clone(), editor, collect_sql=True)
    for each in editor.collected_sql:
        text = "\n".join(line for line in each.splitlines() if not line.startswith("--")).strip()
        if text:
            yield text
