"""One timeline of everything that was said to a lead and done about it, read a page at a time."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.db.models import Model, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.models import Event
from leads import event_words, message_words
from leads.models import Call, ContactDecision, Lead, Message, Note
from leads.timeline_entries import Bubble, CallLine, Day, Line

PAGE = 40
#: The newest part may grow by so much while somebody has the page open; after that it starts anew.
GROWTH = 200

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_PLACE = re.compile(r"(\d{1,16})-(\d)-(\d{1,18})\Z", re.ASCII)


class Show(StrEnum):
    """The tabs of the timeline."""

    EVERYTHING = "everything"
    MESSAGES = "messages"
    NOTES = "notes"
    CHANGES = "changes"


TABS = {
    Show.EVERYTHING: gettext_lazy("Everything"),
    Show.MESSAGES: gettext_lazy("Messages"),
    Show.NOTES: gettext_lazy("Notes and calls"),
    Show.CHANGES: gettext_lazy("Changes"),
}


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where an entry stands: its time, then its kind, then its row. No two entries share a place."""

    at: dt.datetime
    rank: int
    pk: int

    def __str__(self) -> str:
        return f"{(self.at - _EPOCH) // dt.timedelta(microseconds=1)}-{self.rank}-{self.pk}"

    @classmethod
    def read(cls, text: str) -> Place | None:
        """The place that str() wrote; None for anything else."""
        match = _PLACE.match(text)
        if match is None:
            return None
        microseconds, rank, pk = (int(part) for part in match.groups())
        return cls(_EPOCH + dt.timedelta(microseconds=microseconds), rank, pk)


@dataclass(frozen=True, slots=True)
class Entry:
    place: Place
    row: Line | CallLine | Bubble


@dataclass(frozen=True, slots=True)
class TimelinePage:
    """Entries, oldest first. earlier is the place before which there is more, if there is."""

    entries: list[Entry]
    earlier: Place | None

    @property
    def oldest(self) -> Place | None:
        return self.entries[0].place if self.entries else None


@dataclass(frozen=True, slots=True)
class _Source:
    rank: int
    time: str
    rows: Callable[[Lead], QuerySet[Any]]
    told: Callable[[Any, dt.datetime], Line | CallLine | Bubble]
    tabs: frozenset[Show]

    def before(self, place: Place) -> Q:
        """Rows of this kind that stand before the place."""
        earlier = Q(**{f"{self.time}__lt": place.at})
        if self.rank == place.rank:
            return earlier | Q(**{self.time: place.at, "pk__lt": place.pk})
        return earlier | Q(**{self.time: place.at}) if self.rank < place.rank else earlier

    def place_of(self, row: Model) -> Place:
        return Place(getattr(row, self.time), self.rank, row.pk)


def page_of(
    lead: Lead, *, now: dt.datetime, show: Show = Show.EVERYTHING, before: Place | None = None, size: int = PAGE
) -> TimelinePage:
    """The newest entries, or those before a place. At most a statement for each of five kinds, and for recordings."""
    found = [
        entry
        for source in _SOURCES
        if show in source.tabs
        for entry in _newest(source, source.rows(lead).filter(source.before(before) if before else Q()), size + 1, now)
    ]
    found.sort(key=lambda entry: entry.place, reverse=True)
    entries = found[:size][::-1]
    return TimelinePage(entries, entries[0].place if len(found) > size else None)


def newest_part(lead: Lead, *, now: dt.datetime, show: Show, since: Place | None) -> TimelinePage:
    """Everything from a place on, for a page that has shown the rest; the newest page when that grew too long."""
    if since is None:
        return page_of(lead, now=now, show=show)
    found = [
        entry
        for source in _SOURCES
        if show in source.tabs
        for entry in _newest(source, source.rows(lead).exclude(source.before(since)), GROWTH, now)
    ]
    if not found or len(found) >= GROWTH:
        return page_of(lead, now=now, show=show)
    return TimelinePage(sorted(found, key=lambda entry: entry.place), earlier=None)


def _newest(source: _Source, rows: QuerySet[Any], size: int, now: dt.datetime) -> Iterable[Entry]:
    for row in rows.order_by(f"-{source.time}", "-pk")[:size]:
        yield Entry(source.place_of(row), source.told(row, now))


def with_days(entries: list[Entry], now: dt.datetime) -> list[Line | CallLine | Bubble | Day]:
    """The entries as the page shows them, each day announced before its first one."""
    rows: list[Line | CallLine | Bubble | Day] = []
    last: dt.date | None = None
    for entry in entries:
        day = timezone.localdate(entry.place.at)
        if day != last:
            rows.append(Day(day, _day_words(day, timezone.localdate(now))))
            last = day
        rows.append(entry.row)
    return rows


def _day_words(day: dt.date, today: dt.date) -> str:
    if day == today:
        return _("Today")
    if day == today - dt.timedelta(days=1):
        return _("Yesterday")
    return f"{day:%a %-d %b}" if day.year == today.year else f"{day:%-d %b %Y}"


def _messages(lead: Lead) -> QuerySet[Message]:
    """Of the lead, and of its conversation, which may be older than the lead."""
    theirs = Q(lead=lead)
    if lead.conversation_id:
        theirs |= Q(conversation_id=lead.conversation_id)
    return Message.objects.filter(theirs, organization_id=lead.organization_id)


def _calls(lead: Lead) -> QuerySet[Call]:
    return (
        Call.objects.filter(organization_id=lead.organization_id, lead=lead)
        .select_related("advisor__user")
        .prefetch_related("recordings")
    )


def _notes(lead: Lead) -> QuerySet[Note]:
    return Note.objects.filter(organization_id=lead.organization_id, lead=lead).select_related("advisor__user")


def _decisions(lead: Lead) -> QuerySet[ContactDecision]:
    return ContactDecision.objects.filter(organization_id=lead.organization_id, lead=lead)


def _changes(lead: Lead) -> QuerySet[Event]:
    events = Event.objects.filter(organization_id=lead.organization_id, lead_id=lead.pk)
    return events.exclude(name__in=event_words.TOLD_ELSEWHERE)


#: At the same moment the message comes first, then what it led to: STOP, then the opt-out.
_SOURCES = (
    _Source(0, "created_at", _messages, message_words.told, frozenset({Show.EVERYTHING, Show.MESSAGES})),
    _Source(1, "started_at", _calls, event_words.call_told, frozenset({Show.EVERYTHING, Show.NOTES})),
    _Source(2, "created_at", _notes, event_words.note_told, frozenset({Show.EVERYTHING, Show.NOTES})),
    _Source(3, "decided_at", _decisions, message_words.decision_told, frozenset({Show.EVERYTHING, Show.MESSAGES})),
    _Source(4, "happened_at", _changes, event_words.told, frozenset({Show.EVERYTHING, Show.CHANGES})),
)
