"""Add a company; prints its integer id."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from crm import reach
from crm.management.finding import filled, organization_called
from leads.models import Company


class Command(BaseCommand):
    help = "Add a company; prints its integer id."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name")
        parser.add_argument("--organization", required=True, metavar="ACC_ID")

    @reach.everybody()
    def handle(self, *args: Any, name: str, organization: str, **options: Any) -> None:
        owner = organization_called(organization)
        company = Company.objects.create(organization=owner, name=filled(name, "The name"))
        self.stdout.write(str(company.pk))
