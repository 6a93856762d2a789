"""
What the board and the list can be narrowed to.

The filters live in the address, so that a filtered page can be sent around, kept as a view, and taken from the board to
the list and back.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import django_filters as filters
from django import forms
from django.db.models import Exists, OuterRef, Q
from django.http import QueryDict
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from crm.models import Advisor, Organization
from leads import search
from leads.cards import STALE_AFTER
from leads.models import Lead, LeadQuerySet, LeadTag, Priority, Source, Stage, Tag
from leads.zones import is_zone

ME, NOBODY = "me", "nobody"
NAMES = ("q", "stage", "advisor", "tag", "source", "priority", "since", "until", "stale")
#: The filter on when a lead came has two ends; either may be missing.
CAME = ("since", "until")
#: Earlier and later days have the same leads, and no time in some zones.
_FIRST_DAY, _LAST_DAY = dt.date(1900, 1, 1), dt.date(2200, 1, 1)


class _AnyWords(forms.MultipleChoiceField):
    """Several values, of which only the length is checked: a tag that is gone finds nothing, and is no error."""

    def valid_value(self, value: str) -> bool:
        return len(value) <= 100


class _WordsFilter(filters.MultipleChoiceFilter):
    field_class = _AnyWords


class LeadFilter(filters.FilterSet):
    """Each filter may be given several times, and any of its values will do; different filters must all hold."""

    q = filters.CharFilter(method="having_text", max_length=200)
    stage = _WordsFilter(method="in_stages")
    advisor = _WordsFilter(method="of_advisors")
    tag = _WordsFilter(method="with_tags")
    source = filters.MultipleChoiceFilter(choices=Source.choices, method="from_sources")
    priority = filters.MultipleChoiceFilter(choices=Priority.choices, method="of_priorities")
    since = filters.DateFilter(method="come_since", input_formats=["%Y-%m-%d"])
    until = filters.DateFilter(method="come_until", input_formats=["%Y-%m-%d"])
    stale = filters.BooleanFilter(method="standing_too_long")

    class Meta:
        model = Lead
        fields: list[str] = []

    def __init__(self, data: QueryDict, *, advisor: Advisor, team: Mapping[int, Advisor]) -> None:
        super().__init__(data, queryset=Lead.objects.visible_to(advisor))
        self.me, self.team = advisor, team

    @property
    def leads(self) -> LeadQuerySet:
        return self.qs

    @property
    def values(self) -> dict[str, Any]:
        """What is set, by name; a value that makes no sense counts as not given."""
        self.form.is_valid()
        return {name: value for name, value in self.form.cleaned_data.items() if value}

    @property
    def is_set(self) -> bool:
        return bool(self.values)

    def chosen(self, name: str) -> list[str]:
        return list(self.values.get(name, []))

    def having_text(self, leads: LeadQuerySet, name: str, text: str) -> LeadQuerySet:
        return search.search(leads, text)

    def in_stages(self, leads: LeadQuerySet, name: str, keys: list[str]) -> LeadQuerySet:
        return leads.filter(stage__in=Stage.objects.filter(organization_id=self.me.organization_id, key__in=keys))

    def of_advisors(self, leads: LeadQuerySet, name: str, values: list[str]) -> LeadQuerySet:
        ids = [person.pk for person in self.team.values() if str(person.uuid) in values]
        wanted = Q(advisor__in=[*ids, self.me.pk] if ME in values else ids)
        return leads.filter(wanted | Q(advisor=None) if NOBODY in values else wanted)

    def with_tags(self, leads: LeadQuerySet, name: str, values: list[str]) -> LeadQuerySet:
        tags = Tag.objects.filter(organization_id=self.me.organization_id, name__in=values)
        return leads.filter(Exists(LeadTag.objects.filter(lead=OuterRef("pk"), tag__in=tags)))

    def from_sources(self, leads: LeadQuerySet, name: str, values: list[str]) -> LeadQuerySet:
        return leads.filter(source__in=values)

    def of_priorities(self, leads: LeadQuerySet, name: str, values: list[str]) -> LeadQuerySet:
        return leads.filter(priority__in=values)

    def come_since(self, leads: LeadQuerySet, name: str, day: dt.date) -> LeadQuerySet:
        return leads.filter(created_at__gte=self._midnight(day))

    def come_until(self, leads: LeadQuerySet, name: str, day: dt.date) -> LeadQuerySet:
        """The day itself counts."""
        return leads.filter(created_at__lt=self._midnight(day, days_later=1))

    def _midnight(self, day: dt.date, *, days_later: int = 0) -> dt.datetime:
        """With which the day begins at the organisation's place."""
        zone = self.me.organization.time_zone
        day = min(max(day, _FIRST_DAY), _LAST_DAY) + dt.timedelta(days=days_later)
        return dt.datetime.combine(day, dt.time.min, ZoneInfo(zone if is_zone(zone) else "UTC"))

    def standing_too_long(self, leads: LeadQuerySet, name: str, value: bool) -> LeadQuerySet:
        if not value:
            return leads
        return leads.filter(stage_entered_at__lte=timezone.now() - STALE_AFTER, stage__is_terminal=False)


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    label: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Menu:
    """One filter as a button: what it is called, what is chosen in words, and the address without it."""

    name: str
    label: str
    words: str
    without: str
    clears: str
    options: Sequence[Option] = ()

    @property
    def is_dates(self) -> bool:
        return self.clears == " ".join(CAME)


def menus_of(lead_filter: LeadFilter, stages: Sequence[Stage]) -> list[Menu]:
    """The filters with everything that can be chosen in them. One statement, for the tags."""
    me = lead_filter.me
    people = [(ME, _("Me")), (NOBODY, _("Nobody yet"))] + [
        (str(person.uuid), person.name) for person in lead_filter.team.values() if person != me and person.is_active
    ]
    return [
        _menu(lead_filter, "stage", _("Stage"), [(stage.key, stage.label) for stage in stages]),
        _menu(lead_filter, "advisor", _("Advisor"), people),
        _menu(lead_filter, "tag", _("Tag"), [(name, name) for name in tag_names(me.organization)]),
        _menu(lead_filter, "source", _("Source"), [(value, titled(label)) for value, label in Source.choices]),
        _menu(lead_filter, "priority", _("Priority"), list(reversed(Priority.choices))),
        _dates(lead_filter),
    ]


def titled(label: str | Promise) -> str:
    """With a capital, and the others left as they are: "CSV import"."""
    words = str(label)
    return words[:1].upper() + words[1:]


def tag_names(organization: Organization) -> list[str]:
    return list(Tag.objects.filter(organization=organization).order_by("name").values_list("name", flat=True)[:200])


def _menu(lead_filter: LeadFilter, name: str, label: str, choices: Sequence[tuple[Any, Any]]) -> Menu:
    chosen = set(lead_filter.chosen(name))
    options = [Option(str(value), str(text), str(value) in chosen) for value, text in choices]
    words = ", ".join(option.label for option in options if option.is_chosen)
    return Menu(name, label, words, address_without(lead_filter.data, name), name, options)


def _dates(lead_filter: LeadFilter) -> Menu:
    first, last = (lead_filter.values.get(name) for name in CAME)
    days = {"first": _day(first), "last": _day(last)}
    if first and last:
        words = _("%(first)s to %(last)s") % days
    elif first:
        words = _("%(first)s or later") % days
    else:
        words = _("%(last)s or earlier") % days if last else ""
    return Menu("came", _("Came"), words, address_without(lead_filter.data, *CAME), " ".join(CAME))


def _day(day: dt.date | None) -> str:
    return date_format(day, "j M Y") if day else ""


def address_without(query: QueryDict, *names: str) -> str:
    """The query string without these parameters."""
    left = query.copy()
    for name in names:
        left.pop(name, None)
    return left.urlencode()
