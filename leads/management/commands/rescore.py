"""Bring the stored scores of all leads up to date, after the rules of leads/scoring.py were changed."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from crm import reach
from crm.management.finding import organization_called
from leads import scoring
from leads.models import Lead


class Command(BaseCommand):
    help = "Score all leads anew, in batches; needed only after the rules in leads/scoring.py were changed."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--organization", metavar="ACC_ID", help="only this one (default: all)")
        parser.add_argument("--batch", type=int, default=1000, help="leads in one transaction (default: 1000)")

    @reach.everybody()
    def handle(self, *args: Any, organization: str | None, batch: int, **options: Any) -> None:
        leads = Lead.objects.all()
        if organization:
            leads = leads.filter(organization=organization_called(organization))
        last, seen, changed = 0, 0, 0
        while pks := list(leads.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[: max(1, batch)]):
            changed += scoring.rescore(Lead.objects.filter(pk__in=pks))
            last, seen = pks[-1], seen + len(pks)
        self.stdout.write(f"Scored {seen} lead(s); {changed} had another score before.")
