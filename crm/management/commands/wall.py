"""manage.py wall: raise row-level security on PostgreSQL, or bring it up to date. As the owner of the tables."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from crm.environment import secret
from crm.postgresql.wall import raise_wall


class Command(BaseCommand):
    help = (
        "Makes the role that the site logs in as (DATABASE_ROLE, with DATABASE_ROLE_PASSWORD or …_FILE), and policies"
        " by which it sees only the rows of the organisation it works for. Safe to repeat."
    )

    def handle(self, **options: Any) -> None:
        if connection.vendor != "postgresql":
            raise CommandError("Row-level security is PostgreSQL's; SQLite has none.")
        if connection.settings_dict["USER"] == settings.DATABASE_ROLE:
            raise CommandError(f"{settings.DATABASE_ROLE} cannot raise its own wall: DATABASE_URL must name the owner.")
        if not connection.introspection.table_names():
            raise CommandError("There are no tables yet: manage.py migrate makes them.")
        left = raise_wall(password=secret("DATABASE_ROLE_PASSWORD"))
        self.stdout.write(f"{settings.DATABASE_ROLE} sees the rows of the organisation it works for, and no others.")
        if left:
            self.stdout.write("Searches will be slow until a superuser has run, in this database:")
            self.stdout.write("\n".join(left))
