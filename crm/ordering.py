"""Rows that people have put in an order: one of them moves some places."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from crm.bulk import write_columns


def shifted(rows: QuerySet[Any], row: Any, by_places: int) -> tuple[int, int] | None:
    """
    Move the row among its rows, which come in their order and have a column position; one statement writes all.

    From which place to which, counted from 0; None when it stands at that end already. In the caller's transaction.
    """
    order = list(rows.select_for_update())
    at = order.index(row)
    to = max(0, min(len(order) - 1, at + by_places))
    if to == at:
        return None
    order.insert(to, order.pop(at))
    for position, each in enumerate(order):
        each.position = position
    write_columns(order, ["position"])
    return at, to
