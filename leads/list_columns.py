"""The columns that a list of leads can have, in their order."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from leads.sorting import SORTS, Sort


@dataclass(frozen=True, slots=True)
class ListColumn:
    """sort names the order that a click on its head asks for; "" where a list can't be sorted by it."""

    name: str
    label: Any
    sort: str = ""
    is_usual: bool = True
    is_number: bool = False

    def is_sorted_by(self, sort: Sort) -> bool:
        return bool(self.sort) and sort in (SORTS[self.sort], SORTS[SORTS[self.sort].turned])

    def next_sort(self, sort: Sort) -> str:
        """The other way round when the list goes by this column already."""
        return sort.turned if self.is_sorted_by(sort) else self.sort


#: The name is always there.
NAME = ListColumn("name", _("Lead"), sort="name")
COLUMNS = (
    ListColumn("amount", _("Amount"), sort="-amount", is_number=True),
    ListColumn("next", _("What is next")),
    ListColumn("stage", _("Stage")),
    ListColumn("in_stage", _("In stage"), sort="in_stage"),
    ListColumn("advisor", _("Advisor")),
    ListColumn("tags", _("Tags")),
    ListColumn("came", _("Came"), sort="-came"),
    ListColumn("product", _("Product"), is_usual=False),
    ListColumn("source", _("Source"), is_usual=False),
    ListColumn("phone", _("Phone"), is_usual=False),
    ListColumn("email", _("E-mail"), is_usual=False),
    ListColumn("place", _("Place"), is_usual=False),
    ListColumn("contacted", _("Last contact"), is_usual=False),
    ListColumn("priority", _("Priority"), is_usual=False),
    ListColumn("score", _("Score"), is_usual=False, is_number=True),
    ListColumn("checklist", _("Checklist"), is_usual=False),
    ListColumn("external_id", _("External id"), is_usual=False),
)
USUAL = tuple(column.name for column in COLUMNS if column.is_usual)


def columns_named(names: Iterable[str]) -> list[ListColumn]:
    """Those of these names, in the order of the list; the usual ones when none of the names is known."""
    wanted = set(names)
    return [column for column in COLUMNS if column.name in wanted] or [each for each in COLUMNS if each.is_usual]
