"""See the package."""

from __future__ import annotations

import datetime as dt
import select
import time
from typing import Any

from django.conf import settings
from django.db.backends.postgresql import base, psycopg_any, schema

from crm.postgresql import pieces
from crm.postgresql.walled import WalledCursor

#: After so many idle seconds a firewall between here and the server may have forgotten the connection.
_LONG = 20.0


class Moments(psycopg_any.BaseTzLoader):
    """psycopg's own reader of times, as it stands: in a session in UTC there is no zone for Django to put right."""

    timezone = dt.UTC

    def __init__(self, oid: int, context: Any) -> None:
        super().__init__(oid, context)
        self.load = self.orig_loader.load


class SchemaEditor(schema.DatabaseSchemaEditor):
    """A foreign key to a table in partitions holds the organisation as well: no key of such a table is without."""

    def add_field(self, model: Any, field: Any) -> None:
        if field.is_relation and self._is_in_pieces(field):
            self.sql_create_column_inline_fk = None  # type: ignore[assignment]  # it names one column; so afterwards
        super().add_field(model, field)
        self.__dict__.pop("sql_create_column_inline_fk", None)

    def _create_fk_sql(self, model: Any, field: Any, suffix: str) -> Any:
        made = super()._create_fk_sql(model, field, suffix)  # type: ignore[misc]
        if self._is_in_pieces(field):
            made.parts["column"].columns.insert(0, "organization_id")
            made.parts["to_column"].columns.insert(0, "organization_id")
        return made

    def _is_in_pieces(self, field: Any) -> bool:
        with self.connection.cursor() as cursor:
            return bool(pieces.of_tables(cursor)[field.related_model._meta.db_table])


class DatabaseWrapper(base.DatabaseWrapper):
    """
    Before each request a connection that was kept open is checked. A server that ended it, by restart or by command,
    has said so on the socket: that needs no question to the server while the connection was in use a moment ago.
    """

    SchemaEditorClass = SchemaEditor
    _seen_alive = 0.0

    @property
    def is_walled(self) -> bool:
        """Whether this login sees only what it says it reaches; owner and superuser stand above that."""
        return bool(self.settings_dict["USER"] == settings.DATABASE_ROLE)

    def get_connection_params(self) -> dict[str, Any]:
        parameters: dict[str, Any] = super().get_connection_params()
        if self.is_walled:
            parameters["cursor_factory"] = WalledCursor
        return parameters

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        connection = super().get_new_connection(conn_params)
        if self.timezone == Moments.timezone:
            connection.adapters.register_loader("timestamptz", Moments)
        return connection

    def chunked_cursor(self) -> Any:
        """Behind the wall an ordinary one: the server's own would outlive the transaction that said whose rows."""
        return self.cursor() if self.is_walled else super().chunked_cursor()

    def is_usable(self) -> bool:
        now = time.monotonic()
        if now - self._seen_alive < _LONG and not self.errors_occurred and self._is_silent():
            self._seen_alive = now
            return True
        is_usable = bool(super().is_usable())
        self._seen_alive = now if is_usable else 0.0
        return is_usable

    def _is_silent(self) -> bool:
        """Nothing came without being asked for: no farewell, no end of the connection."""
        if self.connection is None or self.connection.closed:
            return False
        waiting = select.poll()
        waiting.register(self.connection.fileno(), select.POLLIN)
        return not waiting.poll(0)
