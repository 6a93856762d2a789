"""Found an organisation; prints its public id."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from crm import reach
from crm.management.finding import filled
from crm.organizations import found


class Command(BaseCommand):
    help = "Found an organisation with default stages and sequence; prints its public id."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name")
        parser.add_argument(
            "--quiet-hours",
            choices=["on", "off"],
            default="on",
            help="off: automated messages may go out at any hour (default: on)",
        )

    @reach.everybody()
    def handle(self, *args: Any, name: str, quiet_hours: str, **options: Any) -> None:
        organization = found(name=filled(name, "The name"), quiet_hours=quiet_hours == "on", now=timezone.now())
        self.stdout.write(organization.public_id)
