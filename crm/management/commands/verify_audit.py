"""Check the audit log; print the ends of its chains, to be kept elsewhere and compared later."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from crm import reach
from crm.auditing.verifying import check_whole, unchained
from crm.management.finding import organization_called
from crm.models import AuditChain, AuditEntry


class Command(BaseCommand):
    help = (
        "Recompute the audit log's chains. Prints a line for each: organisation, last number, last hash. Ends with 1 "
        "and names the first broken link when one does not hold."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--organization", help="only this one: its account id")
        parser.add_argument("--against", type=Path, help="lines of an earlier run, which the chains must still contain")

    @reach.everybody()
    def handle(self, *args: Any, **options: Any) -> None:
        chains = AuditChain.objects.select_related("organization").order_by("pk")
        if options["organization"]:
            chains = chains.filter(organization=organization_called(options["organization"]))
        broken = [words for chain in chains for words in self._checked(chain)]
        if options["against"]:
            broken += _cut_off(options["against"], {chain.organization.public_id: chain for chain in chains})
        if broken:
            raise CommandError("\n".join(broken))

    def _checked(self, chain: AuditChain) -> list[str]:
        name, found = chain.organization.public_id, check_whole(chain)
        if found.broken is not None:
            return [f"{name}: link {found.broken} is broken: {found.why}."]
        self.stdout.write(f"{name} {found.number} {found.hash}")
        if found.gone or found.erased:
            self.stderr.write(f"{name}: the facts of {found.gone} links are gone, those of {found.erased} erased.")
        missing = unchained(chain)
        return [f"{name}: {missing} facts are in no chain."] if missing else []


def _cut_off(kept: Path, chains: dict[str, AuditChain]) -> list[str]:
    """What an earlier run saw and is not there any more."""
    broken = []
    for line in kept.read_text().splitlines():
        name, number, seen = line.split()
        if name not in chains:
            broken.append(f"{name}: its chain is gone.")
        elif (
            number != "0"
            and not AuditEntry.objects.filter(organization=chains[name].pk, number=number, hash=seen).exists()
        ):
            broken.append(f"{name}: link {number} is not the one that was seen before.")
    return broken
