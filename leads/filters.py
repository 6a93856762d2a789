"""What the board can be narrowed to. The filters live in the address, so that a filtered board can be sent around."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import django_filters as filters
from django import forms
from django.db.models import Exists, OuterRef, Q
from django.http import QueryDict
from django.utils import timezone

from crm.models import Advisor, Organization
from leads import search
from leads.cards import STALE_AFTER
from leads.models import Lead, LeadQuerySet, LeadTag, Priority, Source, Tag

ME, NOBODY = "me", "nobody"
NAMES = ("q", "advisor", "tag", "source", "priority", "stale")


class _AnyWords(forms.MultipleChoiceField):
    """Several values, of which only the length is checked: a tag that is gone finds nothing, and is no error."""

    def valid_value(self, value: str) -> bool:
        return len(value) <= 100


class _WordsFilter(filters.MultipleChoiceFilter):
    field_class = _AnyWords


class BoardFilter(filters.FilterSet):
    """Each filter may be given several times, and any of its values will do; different filters must all hold."""

    q = filters.CharFilter(method="having_text", max_length=200)
    advisor = _WordsFilter(method="of_advisors")
    tag = _WordsFilter(method="with_tags")
    source = filters.MultipleChoiceFilter(choices=Source.choices, method="from_sources")
    priority = filters.MultipleChoiceFilter(choices=Priority.choices, method="of_priorities")
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
    def is_set(self) -> bool:
        return self.form.is_valid() and any(self.form.cleaned_data.values())

    def chosen(self, name: str) -> list[str]:
        self.form.is_valid()
        return self.form.cleaned_data.get(name) or []

    def having_text(self, leads: LeadQuerySet, name: str, text: str) -> LeadQuerySet:
        return search.search(leads, text)

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
    options: Sequence[Option]
    without: str

    @property
    def words(self) -> str:
        return ", ".join(option.label for option in self.options if option.is_chosen)


def menus_of(board_filter: BoardFilter) -> list[Menu]:
    """The filters with everything that can be chosen in them. One statement, for the tags."""
    me = board_filter.me
    people = [(ME, "Me"), (NOBODY, "Nobody yet")] + [
        (str(person.uuid), person.name) for person in board_filter.team.values() if person != me and person.is_active
    ]
    return [
        _menu(board_filter, "advisor", "Advisor", people),
        _menu(board_filter, "tag", "Tag", [(name, name) for name in tag_names(me.organization)]),
        _menu(board_filter, "source", "Source", [(value, titled(label)) for value, label in Source.choices]),
        _menu(board_filter, "priority", "Priority", list(reversed(Priority.choices))),
    ]


def titled(label: str) -> str:
    """With a capital, and the others left as they are: "CSV import"."""
    return label[:1].upper() + label[1:]


def tag_names(organization: Organization) -> list[str]:
    return list(Tag.objects.filter(organization=organization).order_by("name").values_list("name", flat=True)[:200])


def _menu(board_filter: BoardFilter, name: str, label: str, choices: Sequence[tuple[Any, Any]]) -> Menu:
    chosen = set(board_filter.chosen(name))
    options = [Option(str(value), str(text), str(value) in chosen) for value, text in choices]
    return Menu(name, label, options, address_without(board_filter.data, name))


def address_without(query: QueryDict, *names: str) -> str:
    """The query string without these parameters."""
    left = query.copy()
    for name in names:
        left.pop(name, None)
    return left.urlencode()
