"""Columns that lie in the database encrypted: a copy of it, or a backup, tells nothing without the keys."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection, models

from crm import encryption

#: Hex digits of a mark: two values share one by chance once in 2^64.
_MARK = 16


class EncryptedField(models.CharField):
    """
    A text that is plain in Python and "<mark>.<key id>:<token>" in the database; "" stays "".

    The mark is a keyed hash of the text in small letters, so that filter(column="…") finds who has exactly this text,
    whatever its capitals (a blind index; see marked()). Rows can be neither sorted nor searched by a part of it.
    The first of settings.ENCRYPTION_KEYS closes it, any of them opens it; `manage.py rotate_secrets` closes it anew.
    What an earlier release wrote is still read plain.
    """

    def db_type(self, connection: Any) -> str | None:
        """SQLite heeds no length, and would have to write the whole table anew."""
        return "text" if connection.vendor == "postgresql" else super().db_type(connection)

    def cast_db_type(self, connection: Any) -> str | None:
        return self.db_type(connection)

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> str | None:
        return opened(value) if value else value

    def get_prep_value(self, value: Any) -> Any:
        text = super().get_prep_value(value)
        return closed(text, _name(self)) if text else text


@EncryptedField.register_lookup
class _Same(models.Lookup):
    lookup_name = "exact"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        column, parameters = self.process_lhs(compiler, connection)
        if self.rhs == "":
            return f"{column} = %s", (*parameters, "")
        field: EncryptedField = self.lhs.output_field
        marks = list(marks_of(str(self.rhs), _name(field)))
        places = ", ".join(["%s"] * len(marks))
        return f"SUBSTR({column}, 1, {_MARK}) IN ({places})", (*parameters, *marks)


def marked(column: str) -> models.Func:
    """What an index holds, so that filter(column="…") need not read every row."""
    return models.Func(
        models.F(column),
        function="SUBSTR",
        template=f"%(function)s(%(expressions)s, 1, {_MARK})",
        output_field=models.TextField(),
    )


def closed(text: str, name: str) -> str:
    """The text as it lies in the column of this name."""
    return f"{next(marks_of(text, name))}.{encryption.encrypt(text)}"


def opened(stored: str) -> str:
    """What closed() was given, or the text itself when it never was closed. Raises Unreadable."""
    mark, dot, rest = stored.partition(".")
    is_closed = dot and len(mark) == _MARK and rest[8:9] == ":"
    return encryption.decrypt(rest) if is_closed else stored


def is_current(stored: str) -> bool:
    """Whether it was closed with the newest key."""
    return stored == "" or encryption.is_current(stored.partition(".")[2])


def marks_of(text: str, name: str) -> Iterator[str]:
    """The text's marks by each key, the newest first; every column has its own, so that two can't be compared."""
    for key in settings.ENCRYPTION_KEYS:
        secret = hashlib.sha256(f"mark:{name}:{key}".encode()).digest()
        yield hmac.new(secret, text.lower().encode(), hashlib.sha256).hexdigest()[:_MARK]


def encrypted_fields() -> Iterator[EncryptedField]:
    """All columns of this kind."""
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, EncryptedField):
                yield field


def close_anew(field: models.Field[Any, Any]) -> int:
    """Close what lies open, or was closed with an older key, in one column; returns how many rows."""
    return _rewrite(field, lambda stored: stored if is_current(stored) else closed(opened(stored), _name(field)))


def widen_and_close(apps: Any, schema_editor: Any, app: str, model: str, *names: str) -> None:
    """For a migration: these columns hold plain text so far."""
    for field in _fields(apps, app, model, names):
        if connection.vendor == "postgresql":
            schema_editor.execute(f"ALTER TABLE {_table(field)} ALTER COLUMN {_column(field)} TYPE text")
        close_anew(field)


def open_and_narrow(apps: Any, schema_editor: Any, app: str, model: str, *names: str) -> None:
    """The way back."""
    for field in _fields(apps, app, model, names):
        _rewrite(field, opened)
        if connection.vendor == "postgresql":
            kind = f"varchar({field.max_length})"
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


def _name(field: models.Field[Any, Any]) -> str:
    return f"{field.model._meta.label_lower}.{field.name}"


def _fields(apps: Any, app: str, model: str, names: Iterable[str]) -> list[Any]:
    """As the migrations before this one left them: their columns are the same."""
    return [apps.get_model(app, model)._meta.get_field(name) for name in names]


def _table(field: models.Field[Any, Any]) -> str:
    return connection.ops.quote_name(field.model._meta.db_table)


def _column(field: models.Field[Any, Any]) -> str:
    return connection.ops.quote_name(str(field.column))
