"""Issue a key for one of the API contracts; prints the secret, once."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from crm import reach
from crm.management.finding import advisor_called, organization_called
from crm.models import Credential, CredentialKind, Permission


class Command(BaseCommand):
    help = "Issue a key for one of the API contracts; prints the secret, which is not shown again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("kind", choices=CredentialKind.values)
        parser.add_argument("--organization", required=True, metavar="ACC_ID")
        parser.add_argument("--advisor", metavar="EMAIL", help="whose key it is; userleads needs it")
        parser.add_argument("--permission", choices=Permission.values, default=Permission.READ_WRITE.value)

    @reach.everybody()
    def handle(
        self, *args: Any, kind: str, organization: str, advisor: str | None, permission: str, **options: Any
    ) -> None:
        if kind == CredentialKind.USERLEADS and not advisor:
            raise CommandError("A userleads key belongs to an advisor: add --advisor EMAIL.")
        owner = organization_called(organization)
        holder = advisor_called(advisor, owner) if advisor else None
        _, secret = Credential.issue(kind, organization=owner, advisor=holder, permission=permission)
        self.stdout.write(secret)
