"""manage.py stop_sending: no message leaves until resume_sending."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from crm import reach
from crm.management.finding import filled, organization_called
from crm.models import Actor
from leads import sending


class Command(BaseCommand):
    help = "Stop all messages of one organisation, or of everybody; prints how many organisations were stopped by it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--organization", help="acc_…; without it, everybody")
        parser.add_argument("--why", required=True, help="is shown on every page")

    @reach.everybody()
    def handle(self, *args: Any, organization: str | None, why: str, **options: Any) -> None:
        chosen = organization_called(organization) if organization else None
        by = Actor.system("The site's administrator")
        stopped = sending.stop(chosen, why=filled(why, "The reason"), by=by, now=timezone.now())
        self.stdout.write(str(len(stopped)))
