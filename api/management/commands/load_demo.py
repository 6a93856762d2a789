"""Demonstration data for an empty database, and what a newcomer needs in order to look around."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction
from django.utils import timezone

from api.examples import EXAMPLES, free_numbers
from crm import reach
from crm.models import Advisor, Credential, CredentialKind, Organization
from sequences import demo

#: Demonstration keys have this name; each start issues new ones, because a secret can't be shown a second time.
KEY_NAME = "demo"


class Command(BaseCommand):
    help = "Write demonstration data into a database without organisations, and print how to look around."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8000, help="where the web server listens, for the addresses")
        parser.add_argument("--url", help="the same in full (default: http://127.0.0.1:PORT)")
        what = parser.add_mutually_exclusive_group()
        what.add_argument("--show", action="store_true", help="write nothing but the demonstration's new keys")
        what.add_argument("--quiet", action="store_true", help="print nothing, and leave the keys alone")

    @reach.everybody()
    def handle(self, *args: Any, port: int, url: str | None, show: bool, quiet: bool, **options: Any) -> None:
        now = timezone.now()
        base = url or f"http://127.0.0.1:{port}"
        if not show:
            demo.load_when_empty(now)
        if not (show or quiet):
            self.stdout.write(f"Leadwright is at {base}")
        if not quiet and (organization := demo.demo_organization()):
            self.stdout.write(_log_ins(base))
            self.stdout.write(_examples(organization, base, now))


def _log_ins(base: str) -> str:
    people = [(email, role.label.lower()) for email, _, role in demo.PEOPLE]
    people.append((demo.ADMIN[0], f"administrator, also at {base}/admin/"))
    lines = [f"  {email:<20} {what}" for email, what in people]
    return "\n".join(["", f"Log in with the password {demo.PASSWORD} as", *lines])


@transaction.atomic
def _examples(organization: Organization, base: str, now: dt.datetime) -> str:
    partner_or_own = Credential.objects.filter(organization=organization) | Credential.objects.filter(
        partner=organization.partner
    )
    partner_or_own.filter(name=KEY_NAME, revoked_at=None).update(revoked_at=now)
    advisor = Advisor.objects.filter(organization=organization).order_by("pk").first()
    blocks = []
    for example, phone in zip(EXAMPLES, free_numbers(organization, len(EXAMPLES)), strict=True):
        owner = advisor if example.kind == CredentialKind.USERLEADS else None
        _, secret = Credential.issue(example.kind, organization=organization, advisor=owner, name=KEY_NAME)
        blocks += ["", example.title, "", example.curl(base, organization, secret, phone)]
    return "\n".join([*blocks, ""])
