"""Make a dial list; prints its integer id."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from crm import reach
from crm.management.finding import filled, organization_called
from leads.models import DialList


class Command(BaseCommand):
    help = "Make a dial list; prints its integer id."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name")
        parser.add_argument("--organization", required=True, metavar="ACC_ID")

    @reach.everybody()
    def handle(self, *args: Any, name: str, organization: str, **options: Any) -> None:
        owner = organization_called(organization)
        dial_list = DialList.objects.create(organization=owner, name=filled(name, "The name"))
        self.stdout.write(str(dial_list.pk))
