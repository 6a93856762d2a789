"""
Leads as a table for other programs: read by keyset and written row by row, so that a million need no more memory
than a page.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import IO, Any

from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm import events
from crm.models import Actor, Advisor
from crm.replica.reading import continued
from leads import tagging
from leads.errors import InvalidValue
from leads.models import Lead, LeadQuerySet, Stage
from leads.sorting import USUAL
from leads.spreadsheets import MOST_IN_A_SHEET, Echo, harmless_row, workbook

CHUNK = 2000


@dataclass(frozen=True, slots=True)
class Lookups:
    """What the rows of a chunk have in common."""

    stages: Mapping[int, Stage]
    team: Mapping[int, Advisor]
    tags: Mapping[int, Sequence[str]]


@dataclass(frozen=True, slots=True)
class ExportColumn:
    name: str
    label: Any
    read: Callable[[Lead, Lookups], Any]
    fields: tuple[str, ...]
    is_usual: bool = True


def _plain(name: str, label: Any, *, usual: bool = True) -> ExportColumn:
    return ExportColumn(name, label, lambda lead, _: getattr(lead, name), (name,), usual)


def _advisor(lead: Lead, known: Lookups) -> str:
    return known.team[lead.advisor_id].name if lead.advisor_id in known.team and lead.advisor_id else ""


def _do_not_call(lead: Lead, known: Lookups) -> str:
    return "yes" if lead.is_do_not_call else ""


_SOURCE = ("source", "source_label")
COLUMNS = {
    column.name: column
    for column in (
        _plain("business_name", _("Business")),
        _plain("name", _("Name")),
        _plain("first_name", _("First name"), usual=False),
        _plain("last_name", _("Last name"), usual=False),
        ExportColumn("phone", _("Phone"), lambda lead, _: lead.phone_e164 or lead.phone, ("phone", "phone_e164")),
        _plain("email", _("E-mail")),
        ExportColumn("stage", _("Stage"), lambda lead, known: known.stages[lead.stage_id].label, ("stage_id",)),
        ExportColumn("advisor", _("Advisor"), _advisor, ("advisor_id",)),
        _plain("requested_amount", _("Amount")),
        ExportColumn(
            "product", _("Product"), lambda lead, _: lead.custom_fields.get("product", ""), ("custom_fields",)
        ),
        ExportColumn("tags", _("Tags"), lambda lead, known: ", ".join(known.tags.get(lead.pk, ())), ()),
        ExportColumn(
            "source", _("Source"), lambda lead, _: lead.source_label or lead.source, ("source", "source_label")
        ),
        _plain("created_at", _("Came")),
        _plain("stage_entered_at", _("In this stage since"), usual=False),
        ExportColumn(
            "last_contacted_at",
            _("Last contact"),
            lambda lead, _: lead.contacted_at,
            ("last_contacted_at", "conversation_id", "conversation__last_outbound_at"),
        ),
        ExportColumn(
            "is_do_not_call",
            _("Do not call"),
            lambda lead, _: "yes" if lead.is_do_not_call else "",
            ("is_do_not_call",),
        ),
        _plain("priority", _("Priority"), usual=False),
        _plain("score", _("Score"), usual=False),
        _plain("industry", _("Industry"), usual=False),
        _plain("monthly_revenue", _("Monthly revenue"), usual=False),
        _plain("funded_amount", _("Funded amount"), usual=False),
        _plain("lost_reason", _("Lost because"), usual=False),
        _plain("address1", _("Street"), usual=False),
        _plain("city", _("City"), usual=False),
        _plain("state", _("State"), usual=False),
        _plain("postal_code", _("Postal code"), usual=False),
        _plain("external_id", _("External id"), usual=False),
        _plain("uuid", _("Id"), usual=False),
    )
}


def export(
    leads: LeadQuerySet, columns: Sequence[ExportColumn], *, advisor: Advisor, query: str, now: dt.datetime
) -> Iterator[str]:
    """The lines of the CSV, newest lead first; who took how many is on record before the first line."""
    lines = continued(_lines(leads, columns, advisor))  # what is put on record is none of its rows
    _put_on_record(leads, columns, advisor=advisor, query=query, now=now)
    return lines


def export_workbook(
    leads: LeadQuerySet, columns: Sequence[ExportColumn], *, advisor: Advisor, query: str, now: dt.datetime
) -> IO[bytes]:
    """
    The same as XLSX: each row goes to a file as it is written, and no text is taken for a formula or a link.

    Raises InvalidValue when there are more than a sheet has rows.
    """
    rows = continued(_rows(leads, columns, advisor))
    number = _put_on_record(leads, columns, advisor=advisor, query=query, now=now)
    if number > MOST_IN_A_SHEET:
        raise InvalidValue(gettext("A sheet has %(most)s rows at most. Take CSV.") % {"most": f"{MOST_IN_A_SHEET:,}"})
    return workbook([str(column.label) for column in columns], rows)


def _put_on_record(
    leads: LeadQuerySet, columns: Sequence[ExportColumn], *, advisor: Advisor, query: str, now: dt.datetime
) -> int:
    number = leads.order_by().count()
    events.record(
        "leads.exported",
        organization=advisor.organization_id,
        by=Actor.advisor(advisor),
        now=now,
        total=number,
        query=query,
        columns=[column.name for column in columns],
    )
    return number


def _lines(leads: LeadQuerySet, columns: Sequence[ExportColumn], advisor: Advisor) -> Iterator[str]:
    writer = csv.writer(Echo())
    yield "\ufeff" + writer.writerow([str(column.label) for column in columns])  # so that Excel reads it as UTF-8
    for row in _rows(leads, columns, advisor):
        yield writer.writerow(harmless_row([_text(value) for value in row]))


def _rows(leads: LeadQuerySet, columns: Sequence[ExportColumn], advisor: Advisor) -> Iterator[list[Any]]:
    organization = advisor.organization
    stages = {stage.pk: stage for stage in Stage.objects.filter(organization=organization)}
    team = {each.pk: each for each in Advisor.objects.filter(organization=organization).select_related("user")}
    wants_tags = any(column.name == "tags" for column in columns)
    for chunk in _chunks(leads, {field for column in columns for field in column.fields}):
        known = Lookups(stages, team, tagging.names_of([lead.pk for lead in chunk]) if wants_tags else {})
        for lead in chunk:
            yield [column.read(lead, known) for column in columns]


def _chunks(leads: LeadQuerySet, fields: set[str]) -> Iterator[list[Lead]]:
    """All of them, by the order in which they came; each chunk begins where the one before ended."""
    if any(field.startswith("conversation__") for field in fields):
        leads = leads.select_related("conversation")
    rows = USUAL.ordered(leads.only("id", "created_at", *fields))
    place = ""
    while chunk := list((USUAL.beyond(rows, place) if place else rows)[:CHUNK]):
        yield chunk
        place = USUAL.place_of(chunk[-1])


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, dt.datetime):
        return timezone.localtime(value).strftime("%Y-%m-%d %H:%M")
    return str(value)
