"""Columns that lie in the database encrypted: a copy of it, or a backup, tells nothing without the keys."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.db import models

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
        return closed(text, name_of(self)) if text else text


@EncryptedField.register_lookup
class _Same(models.Lookup):
    lookup_name = "exact"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        column, parameters = self.process_lhs(compiler, connection)
        if self.rhs == "":
            return f"{column} = %s", (*parameters, "")
        field: EncryptedField = self.lhs.output_field
        marks = list(marks_of(str(self.rhs), name_of(field)))
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
        yield encryption.blinded(text.lower(), secret)[:_MARK]


def name_of(field: models.Field[Any, Any]) -> str:
    return f"{field.model._meta.label_lower}.{field.name}"
