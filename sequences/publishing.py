"""Publish what somebody wrote in the editor: other steps, another name, another start; never over a colleague's."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from collections.abc import Sequence as Listed
from dataclasses import dataclass, fields
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from crm import events
from crm.models import Actor
from leads.errors import Changed
from leads.models import Stage
from sequences import authoring, moving_on, triggering
from sequences.models import Sequence, Trigger, TriggerKind

type Start = tuple[TriggerKind, str]


@dataclass(frozen=True, slots=True)
class Published:
    """number: of the version that is current now; is_new: these steps made it; moved: enrollments that took it up."""

    number: int
    is_new: bool
    moved: int = 0


@transaction.atomic
def publish(
    sequence: Sequence,
    steps: Listed[Mapping[str, Any]],
    *,
    seen: int,
    for_running: bool = False,
    by: Actor,
    now: dt.datetime,
) -> Published:
    """
    Make these the steps of new enrollments; for_running: those under way take them up too, from their next step.

    seen is the number of the version that the author started from. Raises Changed when it is not the current one any
    more, InvalidStep.
    """
    authoring.lock_authors(sequence.organization_id)
    sequence.refresh_from_db()
    if _number(sequence) != seen:
        raise Changed(_("Somebody else has published these steps anew since you opened them."), field="steps")
    changed = authoring.change_sequence(sequence, {"steps": steps}, by=by, now=now)
    moved = moving_on.move_running(sequence, by=by, now=now) if for_running else 0
    return Published(_number(sequence), "steps" in changed, moved)


@dataclass(frozen=True, slots=True)
class Setup:
    """All of a sequence that is not its steps. starts are its triggers."""

    name: str
    description: str
    is_default: bool
    approval: str
    goal: Stage | None
    starts: frozenset[Start]


_PARTS = tuple(part.name for part in fields(Setup))


def setup_of(sequence: Sequence) -> Setup:
    triggers = Trigger.objects.filter(sequence=sequence).values_list("kind", "value")
    return Setup(
        name=sequence.name,
        description=sequence.description,
        is_default=sequence.is_default,
        approval=sequence.approval,
        goal=sequence.goal,
        starts=frozenset((TriggerKind(kind), value) for kind, value in triggers),
    )


@transaction.atomic
def set_up(sequence: Sequence, wanted: Setup, *, seen: Setup, by: Actor, now: dt.datetime) -> set[str]:
    """
    Change what differs between seen and wanted; the names of what changed.

    What a colleague has changed meanwhile, and this author has not, stays as it is. Raises Changed with the field
    that both have changed, InvalidTrigger.
    """
    authoring.lock_authors(sequence.organization_id)
    sequence.refresh_from_db()
    current = setup_of(sequence)
    changes = {name for name in _PARTS if getattr(wanted, name) != getattr(seen, name)}
    for name in sorted(changes):
        if getattr(current, name) not in (getattr(seen, name), getattr(wanted, name)):
            raise Changed(_("Somebody else has changed this since you opened it."), field=name)
    changes = {name for name in changes if getattr(wanted, name) != getattr(current, name)}
    own = {name: getattr(wanted, name) for name in changes & {"name", "description", "is_default", "approval"}}
    authoring.change_sequence(sequence, own, by=by, now=now)
    if "goal" in changes:
        triggering.set_goal(sequence, wanted.goal)
    if "starts" in changes:
        triggering.set_triggers(sequence, wanted.starts)
    if beyond := sorted(changes - own.keys()):
        events.record(
            "sequence.changed",
            organization=sequence.organization_id,
            by=by,
            now=now,
            sequence=sequence.public_id,
            changed=beyond,
        )
    return changes


def _number(sequence: Sequence) -> int:
    return sequence.current.number if sequence.current else 0
