"""
Cursors that tell the server, with each transaction, whose rows the code reaches (crm/reach.py).

What is told ends with its transaction, so that a pooler may lend the connection to somebody else right after it. It
travels with the transaction's first statement, in psycopg's pipeline: no round trip of its own.
"""

from __future__ import annotations

from typing import Any, Self

from django.db.backends.postgresql import base
from psycopg import Cursor
from psycopg.pq import TransactionStatus

from crm import reach

_TELL = "SELECT set_config('leadwright.organization', %s, true)"
_TELL_ANEW = "SELECT set_config('role', %s, true), set_config('leadwright.organization', %s, true)"


def everywhere(role: str) -> str:
    """The role that a login takes on for a transaction in which it reaches everybody's rows."""
    return f"{role}_everywhere"


class WalledCursor(base.CursorMixin, Cursor[Any]):
    """The connection's attribute told is what the server knows in the running transaction; None: nobody can say."""

    def execute(self, query: Any, params: Any = None, **options: Any) -> Self:
        connection: Any = self.connection
        wanted = reach.current()
        status = connection.pgconn.transaction_status
        if status == TransactionStatus.IDLE:
            is_told = wanted == reach.NOBODY
        else:
            is_told = status != TransactionStatus.INTRANS or getattr(connection, "told", None) == wanted
        if is_told:
            super().execute(query, params, **options)
        else:
            with connection.pipeline():
                _tell(connection, wanted, is_first=status == TransactionStatus.IDLE)
                super().execute(query, params, **options)
        # To go back to a savepoint is to go back to what was told before it.
        connection.told = None if str(query).startswith("ROLLBACK") else wanted
        return self


def _tell(connection: Any, wanted: str, *, is_first: bool) -> None:
    connection.told = None
    if is_first and wanted != reach.EVERYBODY:
        Cursor(connection).execute(_TELL, [wanted])
        return
    role = everywhere(connection.info.user) if wanted == reach.EVERYBODY else "none"
    organization = "" if wanted == reach.EVERYBODY else wanted
    Cursor(connection).execute(_TELL_ANEW, [role, organization])
