"""The audit log as managers read it: by who, what, which lead, and when; a page or a file of it."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext_lazy as _

from crm import events
from crm.models import Actor, ActorKind, Advisor, AuditChain, AuditEntry
from crm.replica.reading import continued
from leads.models import Lead
from leads.spreadsheets import Echo, harmless_row

PAGE = 50
_CHUNK = 2000
_HEADINGS = ("number", "happened_at", "name", "actor_kind", "actor_label", "lead_id", "source", "source_id", "hash")
#: Beginnings of the names of facts, in words.
KINDS = {
    "log_in": _("Log-ins"),
    "key": _("Keys"),
    "leads.exported": _("Exports"),
    "document": _("Documents"),
    "contact": _("Opt-outs and refusals"),
    "lead": _("Leads"),
    "message": _("Messages"),
    "call": _("Calls"),
    "sequence": _("Sequences"),
    "advisor": _("Team"),
    "organization": _("Organisation"),
    "audit": _("Audit log"),
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody looks for, as the page's form has it; what can't be read is not asked for."""

    who: str = ""
    kind: str = ""
    lead: str = ""
    since: str = ""
    until: str = ""

    @classmethod
    def read(cls, given: Mapping[str, str]) -> Wanted:
        return cls(**{name: str(given.get(name, "")).strip()[:100] for name in cls.__dataclass_fields__})


def entries(organization_id: int, wanted: Wanted, names: Sequence[str]) -> QuerySet[AuditEntry]:
    """Newest first. names: of all facts in the organisation's chain."""
    found = AuditEntry.objects.filter(organization_id=organization_id).order_by("-number")
    if wanted.kind:
        found = found.filter(name__in=[name for name in names if is_kind(name, wanted.kind)])
    if wanted.who:
        found = found.filter(actor_kind=ActorKind.ADVISOR, actor_id__in=_advisors(organization_id, wanted.who))
    if wanted.lead:
        found = found.filter(lead_id__in=_leads(organization_id, wanted.lead))
    if since := _day(wanted.since):
        found = found.filter(happened_at__gte=since)
    if until := _day(wanted.until):
        found = found.filter(happened_at__lt=until + dt.timedelta(days=1))
    return found


def is_kind(name: str, kind: str) -> bool:
    return name == kind or name.startswith(f"{kind}.")


def lines(organization_id: int, wanted: Wanted, *, by: Advisor, now: dt.datetime) -> Iterator[str]:
    """A CSV of them; who took it is on record before the first line."""
    chain = AuditChain.objects.filter(pk=organization_id).first()
    found = entries(organization_id, wanted, chain.names if chain else [])
    found_lines = continued(_written(found))
    events.record("audit.exported", organization=organization_id, by=Actor.advisor(by), now=now, kind=wanted.kind)
    return found_lines


def _written(found: QuerySet[AuditEntry]) -> Iterator[str]:
    write = csv.writer(Echo()).writerow
    yield write(_HEADINGS)
    rest: QuerySet[AuditEntry] | None = found
    while rest is not None:
        chunk = list(rest[:_CHUNK])
        for entry in chunk:
            yield write(harmless_row([_text(getattr(entry, column)) for column in _HEADINGS]))
        rest = found.filter(number__lt=chunk[-1].number) if len(chunk) == _CHUNK else None


def _text(value: Any) -> str:
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat(timespec="microseconds")
    return "" if value is None else str(value)


def _advisors(organization_id: int, given: str) -> list[int]:
    try:
        found = Advisor.objects.filter(organization_id=organization_id, uuid=UUID(given))
    except ValueError:
        return []
    return list(found.values_list("pk", flat=True))


def _leads(organization_id: int, given: str) -> list[int]:
    """By number, or by the id that stands in the address of its page."""
    if given.isascii() and given.isdigit() and len(given) < 19:
        return [int(given)]
    try:
        found = Lead.objects.filter(organization_id=organization_id, uuid=UUID(given.rpartition("/")[2]))
    except ValueError:
        return []
    return list(found.values_list("pk", flat=True))


def _day(given: str) -> dt.datetime | None:
    """The beginning of the day, by the reader's clock."""
    try:
        day = parse_date(given)
    except ValueError:
        return None
    return timezone.make_aware(dt.datetime.combine(day, dt.time())) if day else None
