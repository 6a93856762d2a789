"""Rebuild the totals of the stages from the leads themselves."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from crm import reach
from crm.management.finding import organization_called
from crm.models import Organization
from leads import tallies


class Command(BaseCommand):
    help = "Rebuild the totals of the stages from the leads; needed only after rows were changed by hand in SQL."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--organization", metavar="ACC_ID", help="only this one (default: all)")

    @reach.everybody()
    def handle(self, *args: Any, organization: str | None, **options: Any) -> None:
        chosen = [organization_called(organization)] if organization else list(Organization.objects.order_by("pk"))
        for one in chosen:
            tallies.recount(one)
        self.stdout.write(f"Recounted the stages of {len(chosen)} organisation(s).")
