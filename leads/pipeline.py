"""The one way to move a lead, to give it to somebody, and to take it away."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from crm import events
from crm.models import Actor, Advisor, Event
from leads import holds, positions, stage_rules, stored_files, tallies
from leads.errors import Changed, StageRefused
from leads.models import ChecklistItem, Document, Lead, LeadQuerySet, Slot, Stage, StageTally


@transaction.atomic
def move_to(
    lead: Lead,
    stage: Stage,
    *,
    by: Actor,
    now: dt.datetime,
    above: Lead | None = None,
    below: Lead | None = None,
    seen_version: int | None = None,
    answers: stage_rules.Answers | None = None,
) -> bool:
    """
    Put the lead into the stage, between the cards above and below it (on top when neither is given).

    Returns False when nothing had to change. Raises Changed when the lead moved since seen_version, and StageRefused
    when the stage asks for something (StageRule) that neither the lead nor the answers have.

    Another place in the same stage is no fact: it tells nobody anything about the lead, and would bury what does.
    """
    # By itself: joined to the stage it has just left, PostgreSQL would not find a lead that another transaction moved.
    locked = Lead.objects.select_for_update(no_key=True).get(pk=lead.pk)
    if locked.deleted_at is not None or (seen_version is not None and locked.version != seen_version):
        raise Changed(_("Somebody else has moved this lead meanwhile."))
    before = locked.stage
    enters = before.pk != stage.pk
    if not enters and above is None and below is None:
        return False
    if enters:
        if stage.organization_id != locked.organization_id:
            raise Changed(_("That stage is gone."))
        stage_rules.satisfy(locked, stage, answers or {})
    position = _position(locked, stage, above, below, now)
    tallies_before = departure(locked, stage) if enters else None
    locked.position, locked.version, locked.updated_at = position, locked.version + 1, now
    if enters:
        enter(locked, stage, now)
    locked.save(update_fields=[*MOVED])
    for field in MOVED:
        setattr(lead, field, getattr(locked, field))
    if tallies_before is not None:
        lead.stage = stage
        tallies.add([tallies_before, tallies.weigh(locked)])
        events.record_all([moved_fact(locked, before, by, now)])
    return True


#: What a move writes.
MOVED = (
    *("stage_id", "stage_entered_at", "position", "version", "updated_at"),
    *("lost_reason", "funded_amount", "converted_at"),
)


def departure(lead: Lead, stage: Stage) -> StageTally:
    """What the lead takes away from the stage in which it stands, on its way to another."""
    return tallies.weigh(lead, -1, departed=1, advanced=int(is_onward(lead.stage, stage)))


def enter(lead: Lead, stage: Stage, now: dt.datetime) -> None:
    """In memory: the lead stands in the stage from now on."""
    lead.stage, lead.stage_entered_at = stage, now
    if stage.slot == Slot.CONVERTED and lead.converted_at is None:
        lead.converted_at = now


def move_to_slot(lead: Lead, slot: Slot | str, *, by: Actor, now: dt.datetime) -> bool:
    """Give the lead a contract's status: the first stage of that meaning, unless it stands in one already."""
    if lead.stage.slot == slot:
        return False
    stage = Stage.objects.filter(organization_id=lead.organization_id, slot=slot).order_by("position", "pk").first()
    if stage is None:
        raise StageRefused(_("No stage means '%(slot)s' in this organisation.") % {"slot": slot}, rule="slot")
    return move_to(lead, stage, by=by, now=now)


@transaction.atomic
def assign_to(
    lead: Lead, advisor: Advisor | None, *, by: Actor, now: dt.datetime, because: Mapping[str, Any] | None = None
) -> bool:
    """
    Make the advisor responsible for the lead (nobody, when None).

    because: what the rules found, if it was they who chose; see leads/assignment_words.py.
    """
    locked = Lead.objects.select_for_update(no_key=True).get(pk=lead.pk)
    if locked.advisor_id == (advisor.pk if advisor else None):
        return False
    lead.advisor, lead.assigned_because, lead.updated_at = advisor, dict(because or {}), now
    values = {"advisor": advisor, "assigned_because": lead.assigned_because, "updated_at": now}
    Lead.objects.filter(pk=lead.pk).update(**values, version=F("version") + 1)
    lead.version = locked.version + 1
    events.record_all([assigned_fact(lead, locked.advisor_id, by, now)])
    return True


@transaction.atomic
def delete_lead(lead: Lead, *, by: Actor, now: dt.datetime) -> bool:
    """
    Take the lead away: hidden at every door, checklist and papers gone, follow-up cancelled, conversation kept.

    When it answered to a phone or external id, its oldest duplicate takes its place in the same transaction. Raises
    Held when a legal hold stands on it.
    """
    locked = Lead.objects.select_for_update(no_key=True).live().filter(pk=lead.pk).first()
    if locked is None:
        return False
    holds.refuse_held([locked.pk])
    leaving = tallies.weigh(locked, -1)
    discard_papers([locked], now=now)
    locked.deleted_at = lead.deleted_at = locked.updated_at = now
    locked.save(update_fields=["deleted_at", "updated_at"])
    tallies.add([leaving, *promote_oldest_duplicate(locked)])
    events.record("lead.deleted", organization=locked.organization_id, lead_id=locked.pk, by=by, now=now)
    return True


def discard_papers(leads: Sequence[Lead], *, now: dt.datetime) -> None:
    """The checklists and documents of leads that are gone."""
    documents = Document.objects.filter(lead__in=leads)
    stored_files.let_go(documents.values_list("file", flat=True), now=now)
    documents.delete()
    ChecklistItem.objects.filter(lead__in=leads).delete()


def promote_oldest_duplicate(gone: Lead) -> list[StageTally]:
    """Let the oldest live duplicate of a lead that is gone answer in its place; the others now point to that one."""
    duplicates = Lead.objects.live().filter(duplicate_of=gone).order_by("pk")
    heir = duplicates.first()
    if heir is None:
        return []
    before = tallies.weigh(heir, -1)
    heir.duplicate_of = None
    heir.save(update_fields=["duplicate_of"])
    duplicates.exclude(pk=heir.pk).update(duplicate_of=heir)
    return [before, tallies.weigh(heir)]


def _position(lead: Lead, stage: Stage, above: Lead | None, below: Lead | None, now: dt.datetime) -> int:
    """Where the lead will stand: between the cards named, of which those that left the stage meanwhile don't count."""
    column = Lead.objects.live().filter(organization_id=lead.organization_id, stage=stage).exclude(pk=lead.pk)
    named = {card.pk for card in (above, below) if card}
    standing = {card.pk: card for card in column.filter(pk__in=named).only("pk", "position")} if named else {}
    over = standing.get(above.pk) if above else None
    under = standing.get(below.pk) if below else None
    if over is not None:
        under = under or column.filter(_lower_than(over)).order_by("-position", "-pk").first()
    elif under is not None:
        over = column.filter(_higher_than(under)).order_by("position", "pk").first()
    else:
        under = column.order_by("-position", "-pk").first()
    place = positions.between(over.position if over else None, under.position if under else None, now=now)
    if place is None:
        assert over is not None
        return _make_room(column, over)
    return place


def _lower_than(card: Lead) -> Q:
    return Q(position__lt=card.position) | Q(position=card.position, pk__lt=card.pk)


def _higher_than(card: Lead) -> Q:
    return Q(position__gt=card.position) | Q(position=card.position, pk__gt=card.pk)


def _make_room(column: LeadQuerySet, over: Lead) -> int:
    """
    No number is left under a card: lift it and those above it, up to the first wide gap; returns a free position.

    Rows are lifted from the top down, so that nobody who reads meanwhile sees two of them change places.
    """
    from_here_up = column.filter(_higher_than(over) | Q(pk=over.pk)).order_by("position", "pk")
    lifted: list[int] = []
    last = over.position
    for pk, position in from_here_up.values_list("pk", "position").iterator(chunk_size=100):
        if position - last > positions.ROOM * (len(lifted) + 2):
            break
        lifted.append(pk)
        last = position
    for rank, pk in reversed(list(enumerate(lifted, start=1))):
        Lead.objects.filter(pk=pk).update(position=over.position + positions.ROOM * rank)
    return over.position + positions.ROOM // 2


def is_onward(before: Stage, after: Stage) -> bool:
    """Nearer to the money, and not given up."""
    return after.slot != Slot.LOST and after.position > before.position


def moved_fact(lead: Lead, before: Stage, by: Actor, now: dt.datetime) -> Event:
    return events.fact(
        "lead.stage_changed",
        organization=lead.organization_id,
        lead_id=lead.pk,
        by=by,
        now=now,
        previous_stage=str(before.uuid),
        previous_label=before.label,
        previous_slot=before.slot,
        stage=str(lead.stage.uuid),
        label=lead.stage.label,
        slot=lead.stage.slot,
    )


def assigned_fact(lead: Lead, previous_id: int | None, by: Actor, now: dt.datetime) -> Event:
    return events.fact(
        "lead.assigned",
        organization=lead.organization_id,
        lead_id=lead.pk,
        by=by,
        now=now,
        advisor_id=lead.advisor_id,
        advisor=lead.advisor.name if lead.advisor else "",
        previous_id=previous_id,
        **({"because": lead.assigned_because} if lead.assigned_because else {}),
    )
