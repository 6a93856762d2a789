"""Sequences that start and end by themselves: triggers and goals, in bulk, with the fact that sets them off."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from crm.events import listen
from crm.models import Actor, Event
from leads import tagging
from leads.models import Lead, Stage
from sequences import enrolling
from sequences.errors import InvalidTrigger
from sequences.models import Enrollment, Trigger, TriggerKind
from sequences.models import Sequence as FollowUp

type Reasons = Iterator[tuple[int, str]]  # lead's id, value of the trigger


@transaction.atomic
def set_triggers(sequence: FollowUp, wanted: Collection[tuple[TriggerKind, str]]) -> None:
    """These and no others start the sequence from now on, for leads that were never in it. Raises InvalidTrigger."""
    stages = {value for kind, value in wanted if kind == TriggerKind.STAGE}
    known = Stage.objects.filter(organization=sequence.organization_id).values_list("uuid", flat=True)
    if stages - {str(uuid) for uuid in known}:
        raise InvalidTrigger(_("There is no such stage."))
    if any(kind != TriggerKind.CREATED and not value for kind, value in wanted):
        raise InvalidTrigger(_("Which stage or tag starts it?"))
    Trigger.objects.filter(sequence=sequence).delete()
    Trigger.objects.bulk_create(
        Trigger(organization_id=sequence.organization_id, sequence=sequence, kind=kind, value=value)
        for kind, value in dict.fromkeys(wanted)
    )


def set_goal(sequence: FollowUp, stage: Stage | None) -> None:
    """Leads that reach this stage, or one after it, need the sequence no more. Raises InvalidTrigger."""
    if stage is not None and stage.organization_id != sequence.organization_id:
        raise InvalidTrigger(_("There is no such stage."))
    sequence.goal = stage
    sequence.save(update_fields=["goal"])


def _some_start_by(*kinds: TriggerKind) -> Exists:
    """The organisation of a fact has triggers of these kinds."""
    return Exists(_live_triggers().filter(organization=OuterRef("organization"), kind__in=kinds))


def _live_triggers() -> QuerySet[Trigger]:
    return Trigger.objects.filter(sequence__is_active=True, sequence__deleted_at=None)


@listen("lead.created", only_if=_some_start_by(TriggerKind.CREATED, TriggerKind.TAG))
def start_for_new_leads(events: Sequence[Event]) -> None:
    _start(events, {TriggerKind.CREATED, TriggerKind.TAG})


@listen("lead.stage_changed")
def start_and_end_at_stages(events: Sequence[Event]) -> None:
    _end_at_goals(events)
    _start(events, {TriggerKind.STAGE})


@listen("lead.filled")
@listen("lead.updated")
def start_for_tags(events: Sequence[Event]) -> None:
    tagged = [event for event in events if "tags" in (event.data.get("fields") or event.data.get("changes") or ())]
    if tagged:
        _start(tagged, {TriggerKind.TAG})


def _start(events: Sequence[Event], kinds: set[TriggerKind]) -> None:
    events = [event for event in events if "sequences" not in event.data.get("unheard", ())]
    if not events:
        return
    triggers = list(
        _live_triggers()
        .filter(organization_id__in={event.organization_id for event in events}, kind__in=kinds)
        .select_related("sequence")
    )
    if not triggers:
        return
    wanted: dict[tuple[str, str], set[int]] = defaultdict(set)
    for kind in {trigger.kind for trigger in triggers}:
        for lead_id, value in _reasons(TriggerKind(kind), events):
            wanted[kind, value].add(lead_id)
    by_sequence: dict[FollowUp, set[int]] = defaultdict(set)
    for trigger in triggers:
        by_sequence[trigger.sequence] |= wanted[trigger.kind, trigger.value]
    for sequence, lead_ids in by_sequence.items():
        if lead_ids:
            _enroll(sequence, lead_ids, events[0].happened_at)


def _reasons(kind: TriggerKind, events: Sequence[Event]) -> Reasons:
    if kind == TriggerKind.TAG:
        names = tagging.names_of({event.lead_id for event in events if event.lead_id})
        yield from ((lead_id, name) for lead_id, given in names.items() for name in given)
        return
    for event in events:
        if event.lead_id:
            yield event.lead_id, str(event.data.get("source" if kind == TriggerKind.CREATED else "stage") or "")
            if kind == TriggerKind.CREATED:
                yield event.lead_id, ""  # any source


def _enroll(sequence: FollowUp, lead_ids: Iterable[int], now: dt.datetime) -> None:
    """Who was in it before is not started again by a trigger; a person may."""
    leads = Lead.objects.live().filter(
        ~Q(pk__in=Enrollment.objects.filter(sequence=sequence).values("lead_id")),
        pk__in=list(lead_ids),
        organization_id=sequence.organization_id,
        duplicate_of=None,
    )
    by = Actor.system(f"Trigger of {sequence.name}")
    found = list(leads.select_related("stage", "organization", "conversation").order_by("pk"))
    enrolling.enroll_many(found, sequence, by=by, now=now, is_asked_for=False)


def _end_at_goals(events: Sequence[Event]) -> None:
    """A goal is reached at its stage, and at any stage after it that is not a loss; that one ends all anyway."""
    organizations = {event.organization_id for event in events}
    live = Enrollment.objects.filter(
        lead_id__in=[event.lead_id for event in events],
        status__in=enrolling.LIVE,
        sequence__goal__isnull=False,
        sequence__organization_id__in=organizations,
    ).select_related("sequence__goal", "lead__stage")
    reached: dict[str, list[Enrollment]] = defaultdict(list)
    for enrollment in live:
        goal, stage = enrollment.sequence.goal, enrollment.lead.stage
        if goal is not None and stage.position >= goal.position:
            reached[f"Reached its goal: {goal.label}"].append(enrollment)
    for reason, batch in reached.items():
        enrolling.cancel(batch, reason=reason, by=Actor.system("Goal"), now=events[0].happened_at)
