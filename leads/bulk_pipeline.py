"""Move, assign and delete many leads with a handful of statements; the rules are those of leads/pipeline.py."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from crm import events
from crm.bulk import write_columns
from crm.models import Actor, Advisor
from leads import holds, pipeline, positions, stage_rules, tallies
from leads.errors import Changed, StageRefused
from leads.models import Lead, Stage


@dataclass(frozen=True, slots=True)
class Moved:
    """Where the leads stood, for those that moved, and the others' refusals; both by id."""

    from_stage: dict[int, Stage]
    refused: dict[int, StageRefused]


@transaction.atomic
def move_all(
    leads: Sequence[Lead], stage: Stage, *, by: Actor, now: dt.datetime, answers: stage_rules.Answers | None = None
) -> Moved:
    """
    Put these leads, which the caller holds, on top of the stage; those that stand in it stay where they are.

    Raises Changed when the stage is not of their organisation.
    """
    entering = [lead for lead in leads if lead.stage_id != stage.pk]
    if any(lead.organization_id != stage.organization_id for lead in entering):
        raise Changed(_("That stage is gone."))
    refused = stage_rules.satisfy_all(entering, stage, answers or {})
    entering = [lead for lead in entering if lead.pk not in refused]
    before = {lead.pk: lead.stage for lead in entering}
    changes = [pipeline.departure(lead, stage) for lead in entering]
    for lead, position in zip(entering, _on_top(stage, len(entering), now), strict=True):
        pipeline.enter(lead, stage, now)
        lead.position, lead.version, lead.updated_at = position, lead.version + 1, now
    write_columns(entering, pipeline.MOVED)
    tallies.add([*changes, *(tallies.weigh(lead) for lead in entering)])
    events.record_all(pipeline.moved_fact(lead, before[lead.pk], by, now) for lead in entering)
    return Moved(before, refused)


def _on_top(stage: Stage, number: int, now: dt.datetime) -> list[int]:
    """So many positions above everything that stands in the stage, the highest first."""
    standing = Lead.objects.live().filter(organization_id=stage.organization_id, stage=stage)
    highest = standing.order_by("-position").values_list("position", flat=True).first()
    lowest = positions.between(None, highest, now=now)
    assert lowest is not None
    return [lowest + positions.ROOM * rank for rank in reversed(range(number))]


@transaction.atomic
def assign_all(
    wanted: Mapping[int, Advisor | None],
    leads: Sequence[Lead],
    *,
    by: Actor,
    now: dt.datetime,
    because: Mapping[int, Mapping[str, Any]] | None = None,
) -> dict[int, int | None]:
    """
    Make these advisors responsible for these leads, which the caller holds; by lead id, None: nobody.

    because: by lead id, what the rules found, if it was they who chose.

    The ids of the advisors before, of those that were not so already.
    """
    changed = [lead for lead in leads if lead.advisor_id != _id_of(wanted[lead.pk])]
    before = {lead.pk: lead.advisor_id for lead in changed}
    for lead in changed:
        lead.advisor, lead.updated_at, lead.version = wanted[lead.pk], now, lead.version + 1
        lead.assigned_because = dict((because or {}).get(lead.pk, {}))
    write_columns(changed, ["advisor", "assigned_because", "updated_at", "version"])
    events.record_all(pipeline.assigned_fact(lead, before[lead.pk], by, now) for lead in changed)
    return before


def _id_of(advisor: Advisor | None) -> int | None:
    return advisor.pk if advisor else None


@transaction.atomic
def hide_all(leads: Sequence[Lead], *, by: Actor, now: dt.datetime) -> dict[int, list[int]]:
    """
    Delete these leads, which the caller holds, but keep their papers for as long as the deletion can be undone.

    Where one answered to a phone, its oldest duplicate takes its place. By id: the duplicates that it had then. Raises
    Held when a legal hold stands on one of them.
    """
    holds.refuse_held([lead.pk for lead in leads])
    tied = _tied(leads)
    alone = [lead for lead in leads if lead.pk not in tied]
    changes = [tallies.weigh(lead, -1) for lead in alone]
    for lead in alone:
        lead.deleted_at = lead.updated_at = now
    write_columns(alone, ["deleted_at", "updated_at"])
    duplicates: dict[int, list[int]] = {lead.pk: [] for lead in leads}
    for lead in leads:
        if lead.pk in tied:  # one by one, because each may be the heir of the one before
            lead.refresh_from_db(fields=["duplicate_of"])
            theirs = Lead.objects.live().filter(duplicate_of=lead).order_by("pk")
            duplicates[lead.pk] = list(theirs.values_list("pk", flat=True))
            changes.append(tallies.weigh(lead, -1))
            lead.deleted_at = lead.updated_at = now
            lead.save(update_fields=["deleted_at", "updated_at"])
            changes += pipeline.promote_oldest_duplicate(lead)
    tallies.add(changes)
    events.record_all(
        events.fact("lead.deleted", organization=lead.organization_id, lead_id=lead.pk, by=by, now=now)
        for lead in leads
    )
    return duplicates


def _tied(leads: Sequence[Lead]) -> set[int]:
    """Those of the leads that have a duplicate, or are one of another of them."""
    ids = {lead.pk for lead in leads}
    pairs = Lead.objects.live().filter(duplicate_of__in=ids).values_list("pk", "duplicate_of_id")
    return {pk for pair in pairs for pk in pair if pk is not None} & ids
