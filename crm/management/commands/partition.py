"""manage.py partition: messages and events in hash partitions by organisation, in an announced pause."""

from __future__ import annotations

import argparse
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connection

from crm.postgresql.partitions import Busy, lay, number_of, tables


def _number(text: str) -> int:
    if not 2 <= (number := int(text)) <= 1024:
        raise argparse.ArgumentTypeError("from 2 to 1024")
    return number


class Command(BaseCommand):
    help = (
        "Puts messages and events into hash partitions by organisation, each table in one transaction that writes every"
        " row anew while nobody else may read or write it. Safe to repeat; what it can't finish stays as it was."
    )

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--partitions", type=_number, default=8, metavar="N", help="so many of each table (8)")
        what = parser.add_mutually_exclusive_group()
        what.add_argument("--check", action="store_true", help="only say how the tables lie")
        what.add_argument("--undo", action="store_true", help="make the tables whole again")
        parser.add_argument(
            "--wait", type=float, default=10, metavar="SECONDS", help="so long at most for whoever has the tables (10)"
        )

    def handle(self, *, partitions: int, check: bool, undo: bool, wait: float, **options: Any) -> None:
        if connection.vendor != "postgresql":
            raise CommandError("Partitions are PostgreSQL's; SQLite has none.")
        if connection.settings_dict["USER"] == settings.DATABASE_ROLE and not check:
            raise CommandError(f"{settings.DATABASE_ROLE} owns no table: DATABASE_URL must name the owner.")
        for table in tables():
            if check:
                self.stdout.write(f"{table}: {_said(number_of(table))}")
                continue
            rows = _laid(table, 0 if undo else partitions, wait)
            moved = "as before" if rows is None else f"{rows:,} rows moved"
            self.stdout.write(f"{table}: {_said(number_of(table))}, {moved}")


def _laid(table: str, number: int, wait: float) -> int | None:
    try:
        return lay(table, number, patience=wait)
    except Busy as busy:
        raise CommandError(str(busy)) from busy
    except DatabaseError as error:
        raise CommandError(f"{table} is as it was: {error}") from error


def _said(number: int) -> str:
    return f"{number} partitions by organisation" if number else "whole"
