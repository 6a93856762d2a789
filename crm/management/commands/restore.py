"""manage.py restore: a backup into an empty database; what may have gone out since is parked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from crm import backups, reach
from crm.postgresql import wall


class Command(BaseCommand):
    help = (
        "Restore a backup into the empty database of DATABASE_URL. All sending is stopped until resume_sending: "
        "what was said and who wrote STOP after the backup was made, this database does not know."
    )
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("backup", type=Path)

    @reach.everybody()
    def handle(self, *args: Any, backup: Path, **options: Any) -> None:
        try:
            manifest = backups.restore(backup, now=timezone.now())
        except (backups.BackupFailed, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{sum(manifest['rows'].values())} rows of {manifest['made_at']}; sending is stopped")
        if wall.is_up() and (left := wall.leaking()):
            self.stdout.write("Searches will be slow until a superuser has run, in this database:")
            self.stdout.write("\n".join(left))
