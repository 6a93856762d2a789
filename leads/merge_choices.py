"""Two leads side by side: where they differ, and which value a merge would keep."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from leads import fields
from leads.facts import EDITABLE, Fact
from leads.models import Lead

ADVISOR, STAGE = "advisor", "stage"
#: Why it was lost goes with the stage.
_FACTS: dict[str, Fact] = {key: fact for key, fact in EDITABLE.items() if key != "lost_reason"}
_WHERE: dict[str, tuple[str | Promise, Callable[[Lead], str]]] = {
    STAGE: (gettext_lazy("Stage"), lambda lead: lead.stage.label),
    ADVISOR: (gettext_lazy("Advisor"), lambda lead: lead.advisor.name if lead.advisor else ""),
}


@dataclass(frozen=True, slots=True)
class Choice:
    """One fact of both; takes_other: what a merge does unless somebody chooses."""

    key: str
    label: str | Promise
    kept: str
    other: str
    takes_other: bool

    @property
    def is_same(self) -> bool:
        return self.kept == self.other


def choices_of(kept: Lead, other: Lead) -> list[Choice]:
    """Every fact that at least one of them has. A fact that only one has is that one's."""
    told = [(key, label, read) for key, (label, read) in _WHERE.items()]
    told += [(fact.key, fact.label, fact.read) for fact in _FACTS.values()]
    found = [
        Choice(key, label, read(kept), read(other), not read(kept) and bool(read(other))) for key, label, read in told
    ]
    return [choice for choice in found if choice.kept or choice.other]


def changes_for(kept: Lead, other: Lead, take: set[str]) -> dict[str, Any]:
    """
    What editing.change_lead is to write: the facts taken from the other, and whatever else the kept one lacks.

    Objects (custom fields, ids at partners) are put together; of the same key, the kept one's value stays.
    """
    taken = take | {choice.key for choice in choices_of(kept, other) if choice.takes_other}
    columns = {column for key in taken & _FACTS.keys() for column in _FACTS[key].columns}
    if "phone" in columns:
        columns.add("phone_code")
    if "name" in columns:
        columns |= set(fields.NAMES)
    columns |= {column for column in _FILLED if not getattr(kept, column) and getattr(other, column)}
    changes = {column: getattr(other, column) for column in columns}
    for column in fields.OBJECTS:
        changes[column] = {**getattr(other, column), **getattr(kept, column)}
    return {column: value for column, value in changes.items() if value != getattr(kept, column)}


_OF_FACTS = {column for fact in _FACTS.values() for column in fact.columns}
#: Filled where the kept one has nothing, one by one. The rest is part of a fact, says how the row came to be, or is
#: written together with the stage.
_FILLED = (fields.TEXTS | fields.LINKS) - _OF_FACTS - {
    *fields.NAMES, "phone_code", "created_by_label", "modified_by_label", "status_code", "lost_reason",
}  # fmt: skip
