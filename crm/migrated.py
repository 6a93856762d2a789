"""Whether the database has what this code asks for: before that nothing of it may work, neither requests nor tasks."""

from __future__ import annotations

import logging

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from crm.processes import StopRequest

log = logging.getLogger(__name__)

_PAUSE_SECONDS = 2.0
_is_migrated = False


def is_migrated() -> bool:
    """Asked until it is. A database newer than this code is no fault: it was prepared for the next one."""
    global _is_migrated
    if not _is_migrated:
        executor = MigrationExecutor(connection)
        _is_migrated = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    return _is_migrated


def wait_until_migrated(stop: StopRequest) -> None:
    """Until it is, or we are asked to stop."""
    while not (_answers_that_it_is() or stop):
        log.warning("Waiting for the database's migrations.")
        stop.wait(_PAUSE_SECONDS)


def _answers_that_it_is() -> bool:
    try:
        return is_migrated()
    except DatabaseError:
        connection.close()
        return False
