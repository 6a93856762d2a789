"""manage.py park_restored: for a database that PostgreSQL itself has brought back to a point in time."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.module_loading import import_string

from crm import reach


class Command(BaseCommand):
    help = "Stop all sending and park what may have gone out since the time to which the database was brought back."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--made-at", required=True, help="that time, such as 2026-11-21T09:30:00Z")

    @reach.everybody()
    def handle(self, *args: Any, made_at: str, **options: Any) -> None:
        try:
            moment = dt.datetime.fromisoformat(made_at)
        except ValueError as error:
            raise CommandError("--made-at wants a time such as 2026-11-21T09:30:00Z.") from error
        if moment.tzinfo is None:
            raise CommandError("--made-at wants a time with its zone, such as 2026-11-21T09:30:00Z.")
        for park in settings.AFTER_RESTORE:
            import_string(park)(moment, timezone.now())
