"""Which facts nobody can slip in before any more."""

from __future__ import annotations

from django.db import connection, models
from django.db.models import Max

from crm.models import AuditMark


def settle(mark: AuditMark, model: type[models.Model]) -> None:
    """
    Move mark.settled to the newest id of which it is certain that no lower one is still to be committed.

    SQLite writes one transaction after the other, so that is the newest id there is. PostgreSQL hands ids out before
    transactions commit: the newest id seen is settled once every transaction that was under way at that moment has
    ended, which the next round finds out. (A restored database may stand in another cluster, whose numbers are lower.)
    """
    newest = model._default_manager.aggregate(newest=Max("pk"))["newest"] or 0
    if connection.vendor != "postgresql":
        mark.settled = newest
        return
    oldest_running, next_number = _transactions()
    if mark.horizon > next_number:
        mark.seen = mark.horizon = 0
    if mark.seen and oldest_running >= mark.horizon:
        mark.settled = max(mark.settled, mark.seen)
        mark.seen = 0
    if not mark.seen and newest > mark.settled:
        mark.seen, mark.horizon = newest, next_number


def _transactions() -> tuple[int, int]:
    """The number of the oldest transaction that runs, and the number that the next one gets."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint,"
            " pg_snapshot_xmax(pg_current_snapshot())::text::bigint"
        )
        oldest_running, next_number = cursor.fetchone()
    return oldest_running, next_number
