"""manage.py backup: database and files into a new folder, while everybody works."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from crm import backups, reach


class Command(BaseCommand):
    help = "Back up database and files into a new folder inside the given one; prints its path."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path)

    @reach.everybody()
    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        try:
            self.stdout.write(str(backups.make(folder, now=timezone.now())))
        except (backups.BackupFailed, OSError) as error:
            raise CommandError(str(error)) from error
