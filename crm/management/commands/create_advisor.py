"""Give somebody a place in an organisation; prints the advisor's UUID."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from crm import reach, team
from crm.management.finding import organization_called
from crm.models import Actor, Role


class Command(BaseCommand):
    help = "Give somebody a place in an organisation; prints the advisor's UUID."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--organization", required=True, metavar="ACC_ID")
        parser.add_argument("--role", choices=Role.values, default=Role.ADVISOR.value)
        parser.add_argument("--password", help="without one, nobody can sign in until changepassword sets it")
        parser.add_argument("--name", default="", metavar='"FIRST LAST"')

    @reach.everybody()
    def handle(
        self, *args: Any, email: str, organization: str, role: str, password: str | None, name: str, **options: Any
    ) -> None:
        if password == "":
            raise CommandError("The password is empty.")
        try:
            advisor = team.join(
                organization=organization_called(organization),
                email=email,
                role=role,
                name=name,
                password=password,
                by=Actor.system("Command line"),
                now=timezone.now(),
            )
        except team.CannotJoin as why:
            raise CommandError(str(why)) from None
        self.stdout.write(str(advisor.uuid))
