"""What the organisation asks of every lead. Checklists follow at once: leads/checklists.py reads it each time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import Max, QuerySet

from crm import events
from crm.models import Actor, Organization
from crm.ordering import shifted
from leads.models import ItemKind, Requirement

#: What the column holds.
LAST_POSITION = 32_767


def requirements_of(organization: Organization) -> QuerySet[Requirement]:
    """Those that were not deleted, also such as are asked of nobody now, in their order."""
    return Requirement.objects.filter(organization=organization, deleted_at=None).order_by("position", "pk")


@transaction.atomic
def add(
    *,
    organization: Organization,
    name: str,
    kind: ItemKind | str = ItemKind.DOCUMENT,
    description: str = "",
    position: int | None = None,
    is_active: bool = True,
    by: Actor,
    now: dt.datetime,
) -> Requirement:
    """Ask every lead for one thing more; it stands last when no position is given."""
    if position is None:
        last = requirements_of(organization).aggregate(last=Max("position"))["last"]
        position = 0 if last is None else min(last + 1, LAST_POSITION)
    requirement = Requirement.objects.create(
        organization=organization,
        name=name,
        kind=kind,
        description=description,
        position=position,
        is_active=is_active,
    )
    _record("requirement.added", requirement, by, now)
    return requirement


@transaction.atomic
def change(requirement: Requirement, changes: Mapping[str, Any], *, by: Actor, now: dt.datetime) -> None:
    """Overwrite columns; a requirement that is switched off is asked of nobody, and what was collected is kept."""
    changed = {column: value for column, value in changes.items() if getattr(requirement, column) != value}
    if not changed:
        return
    told = {column: [getattr(requirement, column), value] for column, value in changed.items()}
    for column, value in changed.items():
        setattr(requirement, column, value)
    requirement.save(update_fields=[*changed])
    _record("requirement.changed", requirement, by, now, changes=told)


@transaction.atomic
def shift(requirement: Requirement, by_places: int, *, by: Actor, now: dt.datetime) -> bool:
    """Some places down the list, or with a negative number up. False at the end."""
    moved = shifted(requirements_of(requirement.organization), requirement, by_places)
    if moved is None:
        return False
    _record("requirement.changed", requirement, by, now, changes={"position": [*moved]})
    return True


@transaction.atomic
def delete(requirement: Requirement, *, by: Actor, now: dt.datetime) -> None:
    """Asked of nobody any more and shown on no checklist. What was collected is kept."""
    gone = Requirement.objects.filter(pk=requirement.pk, deleted_at=None).update(is_active=False, deleted_at=now)
    if gone:
        _record("requirement.deleted", requirement, by, now)


def _record(name: str, requirement: Requirement, by: Actor, now: dt.datetime, **more: Any) -> None:
    about = {"requirement": requirement.public_id, "item": requirement.name, **more}
    events.record(name, organization=requirement.organization_id, by=by, now=now, **about)
