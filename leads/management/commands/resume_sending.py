"""manage.py resume_sending: messages go out again."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from crm import reach
from crm.management.finding import organization_called
from crm.models import Actor
from leads import sending


class Command(BaseCommand):
    help = "Let messages go out again after stop_sending; prints how many organisations go on."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--organization", help="acc_…; without it, what was stopped for everybody")
        parser.add_argument("--discard", action="store_true", help="cancel what waits now instead of sending it")

    @reach.everybody()
    def handle(self, *args: Any, organization: str | None, discard: bool, **options: Any) -> None:
        chosen = organization_called(organization) if organization else None
        if chosen and chosen.is_stopped_with_all:
            raise CommandError("Everybody was stopped: only resume_sending without --organization lifts that.")
        by = Actor.system("The site's administrator")
        resumed = sending.resume(chosen, discard=discard, by=by, now=timezone.now())
        self.stdout.write(str(len(resumed)))
