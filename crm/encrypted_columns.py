"""All encrypted columns (crm/models/encrypted.py): closed anew with a newer key, closed for the first time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django.apps import apps
from django.db import connection, models
from django.db.migrations import RunPython

from crm.models.encrypted import EncryptedField, closed, is_current, name_of, opened


def encrypted_fields() -> Iterator[EncryptedField]:
    """All columns of this kind."""
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, EncryptedField):
                yield field


def close_anew(field: models.Field[Any, Any]) -> int:
    """Close what lies open, or was closed with an older key, in one column; returns how many rows."""
    return _rewrite(field, lambda stored: stored if is_current(stored) else closed(opened(stored), name_of(field)))


def encrypting(app: str, model: str, *names: str) -> RunPython:
    """The operation of a migration whose state has these columns encrypted, and whose tables still hold plain text."""

    def close(apps: Any, schema_editor: Any) -> None:
        for field in _fields(apps):
            _retype(schema_editor, field, "text")
            close_anew(field)

    def reopen(apps: Any, schema_editor: Any) -> None:
        for field in _fields(apps):
            _rewrite(field, opened)
            _retype(schema_editor, field, f"varchar({field.max_length})")

    def _fields(apps: Any) -> list[Any]:
        return [apps.get_model(app, model)._meta.get_field(name) for name in names]

    return RunPython(close, reopen)


def _retype(schema_editor: Any, field: models.Field[Any, Any], kind: str) -> None:
    if connection.vendor == "postgresql":
        schema_editor.execute(f"ALTER TABLE {_table(field)} ALTER COLUMN {_column(field)} TYPE {kind}")


def _rewrite(field: models.Field[Any, Any], change: Callable[[str], str], rows_at_once: int = 500) -> int:
    """A row that somebody writes at this moment is left as they wrote it."""
    table, column = _table(field), _column(field)
    count, last = 0, 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT id, {column} FROM {table} WHERE id > %s AND {column} <> '' ORDER BY id LIMIT %s",  # noqa: S608
                [last, rows_at_once],
            )
            rows = cursor.fetchall()
            if not rows:
                return count
            anew = [(new, key, old) for key, old in rows if (new := change(old)) != old]
            cursor.executemany(f"UPDATE {table} SET {column} = %s WHERE id = %s AND {column} = %s", anew)  # noqa: S608
        count, last = count + len(anew), rows[-1][0]


def _table(field: models.Field[Any, Any]) -> str:
    return connection.ops.quote_name(field.model._meta.db_table)


def _column(field: models.Field[Any, Any]) -> str:
    return connection.ops.quote_name(str(field.column))
