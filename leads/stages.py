"""The stages of an organisation's pipeline: added, changed, put in order, taken away."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm import events
from crm.models import Actor, Organization
from crm.ordering import shifted
from leads.errors import InvalidValue
from leads.models import Lead, Stage

MOST = 30


def stages_of(organization: Organization) -> QuerySet[Stage]:
    """From left to right; new leads come into the first."""
    return Stage.objects.filter(organization=organization).order_by("position", "pk")


@transaction.atomic
def add(organization: Organization, values: Mapping[str, Any], *, by: Actor, now: dt.datetime) -> Stage:
    """A new stage at the end; values are columns of Stage. Raises InvalidValue for one too many."""
    if not has_room(organization):
        raise InvalidValue(_("At most %(most)d stages fit on a board.") % {"most": MOST})
    last = stages_of(organization).aggregate(last=Max("position"))["last"]
    stage = Stage.objects.create(
        organization=organization,
        key=_free_key(organization, values["label"]),
        position=0 if last is None else last + 1,
        **values,
    )
    _record("stage.added", stage, by, now)
    return stage


def has_room(organization: Organization) -> bool:
    """Whether one more stage fits on the board."""
    return stages_of(organization).count() < MOST


def _free_key(organization: Organization, label: str) -> str:
    """What addresses and contracts call it for good, whatever it is renamed to."""
    wanted = slugify(label).replace("-", "_")[:36] or "stage"
    taken = set(Stage.objects.filter(organization=organization).values_list("key", flat=True))
    numbered = (f"{wanted}_{number}" for number in range(2, MOST + 3))
    return next(key for key in (wanted, *numbered) if key not in taken)


@transaction.atomic
def change(stage: Stage, values: Mapping[str, Any], *, by: Actor, now: dt.datetime) -> bool:
    """Overwrite columns; False when nothing was different. What leads have gone through before stays as it was told."""
    changed = {column: value for column, value in values.items() if getattr(stage, column) != value}
    if not changed:
        return False
    told = {column: [getattr(stage, column), value] for column, value in changed.items()}
    for column, value in changed.items():
        setattr(stage, column, value)
    stage.save(update_fields=[*changed])
    _record("stage.changed", stage, by, now, changes=told)
    return True


@transaction.atomic
def shift(stage: Stage, by_places: int, *, by: Actor, now: dt.datetime) -> bool:
    """Some places to the right, or with a negative number to the left. False at the end."""
    moved = shifted(stages_of(stage.organization), stage, by_places)
    if moved is None:
        return False
    _record("stage.shifted", stage, by, now, position=moved[1])
    return True


@transaction.atomic
def delete(stage: Stage, *, by: Actor, now: dt.datetime) -> None:
    """
    Take the stage away. Raises InvalidValue while leads stand in it, and for the last one.

    Leads that were deleted in it stand in the first of the others.
    """
    if why_not := what_keeps(stage):
        raise InvalidValue(why_not)
    heir = stages_of(stage.organization).exclude(pk=stage.pk).first()
    Lead.objects.filter(organization=stage.organization, stage=stage).update(stage=heir)
    _record("stage.deleted", stage, by, now)
    stage.delete()


def what_keeps(stage: Stage) -> str:
    """Why the stage cannot be taken away, in words; "" when it can."""
    if not stages_of(stage.organization).exclude(pk=stage.pk).exists():
        return _("A pipeline needs at least one stage.")
    standing = Lead.objects.of(stage.organization).filter(stage=stage).count()
    if not standing:
        return ""
    words = ngettext("%(number)d lead stands in it.", "%(number)d leads stand in it.", standing)
    return words % {"number": standing} + " " + _("Move them elsewhere first.")


def _record(name: str, stage: Stage, by: Actor, now: dt.datetime, **more: Any) -> None:
    events.record(
        name, organization=stage.organization_id, by=by, now=now, stage=str(stage.uuid), label=stage.label, **more
    )
