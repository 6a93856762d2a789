"""manage.py check_engine: rows that nothing will ever move, or that should have moved long ago."""

from __future__ import annotations

import datetime as dt
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from crm import reach
from sequences.stuck import LATE, stuck


class Command(BaseCommand):
    help = "Name each row of the engine that is stuck, one a line; exit 1 when there are any."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--late",
            type=float,
            default=LATE.total_seconds(),
            help=f"seconds after its time that a row may still wait for its turn ({LATE.total_seconds():.0f})",
        )

    @reach.everybody()
    def handle(self, *args: Any, late: float, **options: Any) -> None:
        found = stuck(timezone.now(), dt.timedelta(seconds=late))
        for row in found:
            self.stdout.write(str(row))
        if found:
            sys.exit(1)
        self.stdout.write("Nothing is stuck.")
