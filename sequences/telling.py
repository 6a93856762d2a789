"""What an edit changed, for people: step by step, field by field, word by word."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from django.utils.translation import gettext as _

from leads.models import Channel, TaskKind
from sequences import words
from sequences.models import Step, StepKind
from sequences.versions import Change, Content, Kind, diff

_WORD = re.compile(r"(\s+)")


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of words: css is del, ins or nothing."""

    text: str
    css: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """One step: kind as in versions.Kind; lines: what of it, and its words before and after in one."""

    kind: str
    title: str
    lines: list[tuple[str, list[Piece]]]


def told(before: Sequence[Content], after: Sequence[Content]) -> list[Told]:
    """The changes in reading order, without the steps that stayed as they were. Steps as authoring.contents_of."""
    return [_told(change, before, after) for change in diff(before, after) if change.kind is not Kind.SAME]


def _told(change: Change, before: Sequence[Content], after: Sequence[Content]) -> Told:
    old = before[change.before] if change.before is not None else None
    new = after[change.after] if change.after is not None else None
    match change.kind:
        case Kind.ADDED:
            assert new is not None
            assert change.after is not None
            return Told(
                change.kind, _("Step %(n)d is new") % {"n": change.after + 1}, _all_of(new, lambda text: Piece(text))
            )
        case Kind.REMOVED:
            assert old is not None
            assert change.before is not None
            title = _("Step %(n)d is gone") % {"n": change.before + 1}
            return Told(change.kind, title, _all_of(old, lambda text: Piece(text, "del")))
    assert old is not None
    assert new is not None
    assert change.after is not None
    lines = [(label, between(_value(old, name), _value(new, name))) for name, label in _labels(change.fields)]
    return Told(change.kind, _("Step %(n)d") % {"n": change.after + 1}, lines)


def _all_of(step: Content, piece: Any) -> list[tuple[str, list[Piece]]]:
    what = Step(kind=step["kind"], channel=step["channel"], task_kind=step["task_kind"])
    text = step.get("instructions") if step["kind"] == StepKind.AI else step.get("message")
    return [(f"{words.title(what)}, {words.wait(step['delay_hours']).lower()}", [piece(str(text))])]


def _labels(fields: Sequence[str]) -> list[tuple[str, str]]:
    names = {
        "kind": _("Kind"),
        "channel": _("Channel"),
        "subject": _("Subject"),
        "message": _("Message"),
        "instructions": _("Instructions"),
        "delay_hours": _("Delay"),
        "skip_if_replied": _("After a reply"),
        "in_business_hours": _("Business hours"),
        "task_kind": _("Task"),
        "waits_until_done": _("Next step"),
    }
    return [(name, names.get(name, name)) for name in names | dict.fromkeys(fields) if name in fields]


def _value(step: Mapping[str, Any], name: str) -> str:
    value = step.get(name)
    match name:
        case "delay_hours":
            return words.wait(int(value or 0))
        case "kind":
            return str(dict(StepKind.choices).get(str(value), value))
        case "channel":
            return str(dict(Channel.choices).get(str(value), value))
        case "task_kind":
            return str(dict(TaskKind.choices).get(str(value), value))
        case "skip_if_replied":
            return _("skipped") if value else _("said all the same")
        case "in_business_hours":
            return _("only then") if value else _("at any hour")
        case "waits_until_done":
            return _("waits until it is done") if value else _("does not wait")
    return str(value or "")


def between(before: str, after: str) -> list[Piece]:
    """Both texts in one: words that went, words that came, words that stayed."""
    old, new = _WORD.split(before), _WORD.split(after)
    pieces: list[Piece] = []
    gone = come = ""
    for kind, start, end, new_start, new_end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        was, now_is = "".join(old[start:end]), "".join(new[new_start:new_end])
        if kind != "equal" or (was.isspace() and (gone or come)):  # a space alone holds no two changes apart
            gone, come = gone + was, come + now_is
            continue
        pieces += [Piece(gone, "del"), Piece(come, "ins"), Piece(was)]
        gone = come = ""
    return [piece for piece in (*pieces, Piece(gone, "del"), Piece(come, "ins")) if piece.text]
