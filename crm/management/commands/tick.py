"""manage.py tick: one pass over everything due, here and now."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils.module_loading import import_string

from crm import housekeeping


class Command(BaseCommand):
    help = "Plan, draft, send and reap whatever is due, and tidy up, and print what was done."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--seconds", type=float, default=60.0, help="stop after this long (default: 60)")

    def handle(self, *args: Any, seconds: float, **options: Any) -> None:
        tick = import_string("sequences.engine.tick")  # by name: the ground floor imports nothing from above
        self.stdout.write(str(tick(seconds=seconds)))
        self.stdout.write(housekeeping.run())
