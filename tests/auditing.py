"""The audit log is append-only, but test databases are emptied, and tests play the one who gets past the triggers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from django.db import connection
from django.test import TransactionTestCase

from crm.models import AuditEntry
from tests.behind_the_wall import as_owner

_GUARD = import_module("crm.migrations.0018_audit_is_for_good")


@contextmanager
def unguarded() -> Iterator[None]:
    """Without the triggers."""
    with connection.cursor() as cursor:
        for statement in _GUARD.DROP[connection.vendor]:
            cursor.execute(statement)
        try:
            yield
        finally:
            for statement in _GUARD.MAKE[connection.vendor]:
                cursor.execute(statement)


def let_databases_be_emptied() -> None:
    """Tests that commit have all tables emptied after them: what they chained goes first."""
    flush: Any = TransactionTestCase._fixture_teardown  # type: ignore[attr-defined]

    def forget_and_flush(case: TransactionTestCase) -> None:
        if AuditEntry.objects.exists():
            with as_owner(), unguarded():
                AuditEntry.objects.all().delete()
        flush(case)

    TransactionTestCase._fixture_teardown = forget_and_flush  # type: ignore[attr-defined]
