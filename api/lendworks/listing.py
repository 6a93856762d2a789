"""Which leads a list request means, and how many there are."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db import connections
from django.db.models import F, Q

from api.lendworks import errors, statements, vocabulary
from api.lendworks.statements import Row
from crm.models import Organization
from leads import search
from leads.models import Lead, LeadQuerySet
from leads.models.search_text import LowerWords

_WHOLE = re.compile(r"0*[1-9][0-9]*\Z", re.ASCII)
#: Beyond any table; longer numbers would not fit the database's.
_FAR = 10**12
_SHOWN = LowerWords(F("business_name"), F("name"), F("email"))


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


def leads_on(organization: Organization, page: Page) -> tuple[list[Row], int]:
    """The leads on the page, newest first, and how many there are on all pages."""
    words = page.search.replace("\0", " ").lower().split()[:8]
    if not words:
        return statements.newest(organization, page.length, page.offset)
    found = _with_words(organization, words)
    ids = list(found.newest_first().values_list("pk", flat=True)[page.offset : page.offset + page.length])
    is_last = len(ids) < page.length and (bool(ids) or page.offset == 0)
    return statements.of_ids(ids), page.offset + len(ids) if is_last else found.count()


def _with_words(organization: Organization, words: Iterable[str]) -> LeadQuerySet:
    """Each word must occur in business name, contact name or e-mail; the index that finds them knows more columns."""
    found = search.containing(Lead.objects.of(organization), words).alias(shown=_SHOWN)
    # SQLite's LIKE knows upper and lower case of ASCII only, its REGEXP is Python's.
    on_sqlite = connections[found.db].vendor == "sqlite"
    for word in words:
        occurs = Q(shown__iregex=re.escape(word)) if on_sqlite else Q(shown__contains=word)
        # Of the other columns, phones stand in the index as bare digits: most rows need no second look.
        found = found.filter(occurs if word.isdigit() else Q(external_id="") | occurs)
    return found
