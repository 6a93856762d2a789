"""What an edit changed: two lists of steps, compared. Nothing but the steps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from itertools import zip_longest
from typing import Any

type Content = Mapping[str, Any]


class Kind(StrEnum):
    SAME = "same"
    CHANGED = "changed"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Change:
    """One step before and after, by their places from 0; fields names what differs in a changed one."""

    kind: Kind
    before: int | None
    after: int | None
    fields: tuple[str, ...] = ()


def diff(before: Sequence[Content], after: Sequence[Content]) -> list[Change]:
    """
    The way from one version's steps to another's, in reading order.

    Steps that stayed as they were are found first; between them, the old and new ones are paired in their order.
    """
    matcher = SequenceMatcher(None, [_key(step) for step in before], [_key(step) for step in after], autojunk=False)
    changes: list[Change] = []
    for kind, start, end, new_start, new_end in matcher.get_opcodes():
        for old, new in zip_longest(range(start, end), range(new_start, new_end)):
            if kind == "equal":
                changes.append(Change(Kind.SAME, old, new))
            else:
                changes.append(_change(before, after, old, new))
    return changes


def _change(before: Sequence[Content], after: Sequence[Content], old: int | None, new: int | None) -> Change:
    if old is None:
        return Change(Kind.ADDED, None, new)
    if new is None:
        return Change(Kind.REMOVED, old, None)
    names = sorted(before[old].keys() | after[new].keys())
    return Change(
        Kind.CHANGED, old, new, tuple(name for name in names if before[old].get(name) != after[new].get(name))
    )


def _key(step: Content) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((name, repr(value)) for name, value in step.items()))
