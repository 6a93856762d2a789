"""Which leads a list request means, and how many there are."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import connections
from django.db.models import Q

from api.lendworks import errors, vocabulary
from crm.models import Organization
from leads import search, tallies
from leads.models import Lead, LeadQuerySet

_WHOLE = re.compile(r"0*[1-9][0-9]*\Z", re.ASCII)
#: Beyond any table; longer numbers would not fit the database's.
_FAR = 10**12


@dataclass(frozen=True, slots=True)
class Page:
    """The page that was asked for, counted from 1."""

    number: int
    length: int
    search: str

    @property
    def offset(self) -> int:
        return (self.number - 1) * self.length


def page_asked(query: Mapping[str, str]) -> Page:
    """The page of a query string. Raises Refused for a page or limit that is no positive whole number."""
    given = {"page": query.get("page", "1"), "limit": query.get("limit", str(vocabulary.DEFAULT_PAGE_LENGTH))}
    if wrong := {name: "must be a positive integer" for name, text in given.items() if not _WHOLE.match(text)}:
        raise errors.invalid(wrong)
    number, length = (int(text) if len(text.lstrip("0")) <= 12 else _FAR for text in given.values())
    return Page(number, min(length, vocabulary.LONGEST_PAGE), query.get("search", ""))


def total_of(organization: Organization, page: Page) -> int:
    """How many leads there are on all pages: from the running totals, counted only for a search."""
    if page.search.strip():
        return _found(organization, page.search).count()
    return sum(totals.leads for totals in tallies.stage_totals(organization).values())


def rows_on(organization: Organization, page: Page) -> LeadQuerySet:
    """
    The leads on the page, newest first.

    Their ids are looked up by themselves: the index alone holds all that skipping a million rows needs.
    """
    found = _found(organization, page.search).newest_first()
    ids = found.values("pk")[page.offset : page.offset + page.length]
    return Lead.objects.filter(pk__in=ids).newest_first()


def _found(organization: Organization, text: str) -> LeadQuerySet:
    """Every word must occur in business name, contact name or e-mail; the index that finds them knows more columns."""
    words = text.replace("\0", " ").lower().split()[:8]
    leads = search.containing(Lead.objects.of(organization), words)
    for word in words:
        leads = leads.filter(_in_shown_columns(word, leads.db))
    return leads


def _in_shown_columns(word: str, using: str) -> Q:
    # SQLite's LIKE knows upper and lower case of ASCII only, its REGEXP is Python's.
    lookup, value = ("iregex", re.escape(word)) if connections[using].vendor == "sqlite" else ("icontains", word)
    columns = ("business_name", "name", "email")
    return Q(*((f"{column}__{lookup}", value) for column in columns), _connector=Q.OR)
