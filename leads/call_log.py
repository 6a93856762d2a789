"""How a call ended, and what follows from it: written once, in one transaction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models.functions import Coalesce, Greatest
from django.utils.translation import gettext as _

from crm import events
from crm.models import Actor, Advisor
from leads import advisor_tasks, pipeline, queue_work, suppression
from leads.errors import Changed, InvalidValue
from leads.models import Call, Disposition, Does, HopperEntry, Lead, Outcome, Stage, Task, TaskKind
from leads.queue_reasons import EARLY

LONGEST_CALL = dt.timedelta(hours=8)
_LONGEST_CALLBACK = dt.timedelta(days=365)
_LOGGED = ["is_open", "disposition", "outcome", "notes", "try_again_at", "ended_at"]


@dataclass(frozen=True, slots=True)
class Ending:
    """How a call ended, as the advisor says it. seconds: how long it was, when that is known."""

    disposition: Disposition
    notes: str = ""
    seconds: int | None = None
    callback_at: dt.datetime | None = None
    stage: Stage | None = None
    answers: Mapping[str, str] = field(default_factory=dict)


@transaction.atomic
def log(call: Call, ending: Ending, *, by: Advisor, now: dt.datetime) -> bool:
    """
    Write down how the call ended, and do what follows. False when it was logged before.

    Raises InvalidValue for a callback without a time to come, and what pipeline.move_to raises; nothing is written
    then.
    """
    locked = Call.objects.select_for_update().filter(pk=call.pk, is_open=True).first()
    if locked is None:
        return False
    lead = Lead.objects.live().select_related("organization", "stage").filter(pk=locked.lead_id).first()
    if lead is None:
        raise Changed(_("This lead was deleted meanwhile."))
    _refuse_nonsense(ending, now)
    _write(locked, ending, now)
    _touch(lead, locked, now)
    events.record(
        "call.logged",
        organization=lead.organization_id,
        lead_id=lead.pk,
        by=Actor.advisor(by),
        now=now,
        call=locked.pk,
        **_told(locked, ending),
    )
    _look_after_tasks(lead, ending, Actor.advisor(by), now)
    _follow(lead, locked, ending, by, now)
    if ending.stage is not None:
        pipeline.move_to(lead, ending.stage, by=Actor.advisor(by), now=now, answers=ending.answers)
    return True


def _refuse_nonsense(ending: Ending, now: dt.datetime) -> None:
    if ending.callback_at is None:
        if ending.disposition.does == Does.CALLBACK:
            raise InvalidValue(_("When shall they be called back?"), field="callback_at")
    elif not now < ending.callback_at <= now + _LONGEST_CALLBACK:
        raise InvalidValue(_("Choose a time to come, within a year."), field="callback_at")


def _write(call: Call, ending: Ending, now: dt.datetime) -> None:
    disposition = ending.disposition
    call.is_open, call.disposition, call.outcome = False, disposition.label, disposition.outcome
    call.notes = ending.notes.strip()
    if disposition.does == Does.RETRY and ending.callback_at is None:
        call.try_again_at = now + dt.timedelta(minutes=disposition.retry_after)
    if ending.seconds is not None:
        call.ended_at = call.started_at + min(dt.timedelta(seconds=ending.seconds), LONGEST_CALL)
    call.save(update_fields=_LOGGED)


def _touch(lead: Lead, call: Call, now: dt.datetime) -> None:
    """When they were called last, and when somebody last spoke to them."""
    at = call.started_at
    latest: dict[str, Greatest] = {}
    if not call.is_inbound:
        latest["last_called_at"] = Greatest(Coalesce("last_called_at", at), at)
    if call.outcome == Outcome.REACHED:
        latest["last_contacted_at"] = Greatest(Coalesce("last_contacted_at", at), at)
    Lead.objects.filter(pk=lead.pk).update(**latest, updated_at=now)


def _told(call: Call, ending: Ending) -> dict[str, object]:
    return {
        "disposition": call.disposition,
        "outcome": call.outcome,
        "is_inbound": call.is_inbound,
        "phone": call.phone,
        "seconds": call.seconds,
        **({"callback_at": ending.callback_at.isoformat()} if ending.callback_at else {}),
    }


def _look_after_tasks(lead: Lead, ending: Ending, by: Actor, now: dt.datetime) -> None:
    """Whoever was reached need not be called back for what was due; whoever wants to be, will be."""
    if ending.disposition.outcome == Outcome.REACHED or ending.callback_at:
        for task in Task.objects.due(now + EARLY).filter(lead=lead, kind=TaskKind.CALL):
            advisor_tasks.complete(task, by=by, now=now)
    if ending.callback_at:
        about = {"title": "Call back", "details": ending.notes, "kind": TaskKind.CALL}
        advisor_tasks.give(lead, due_at=ending.callback_at, by=by, now=now, **about)


def _follow(lead: Lead, call: Call, ending: Ending, by: Advisor, now: dt.datetime) -> None:
    actor, disposition = Actor.advisor(by), ending.disposition
    if disposition.does == Does.DO_NOT_CALL:
        suppression.set_do_not_call(lead, reason=ending.notes.strip() or disposition.label, by=actor, now=now)
    elif disposition.does == Does.WRONG_NUMBER:
        number = call.phone if call.phone in lead.other_numbers else ""
        suppression.mark_wrong_number(lead, number=number, reason=disposition.label, by=actor, now=now)
    if call.try_again_at:
        queue_work.put_off(lead, until=call.try_again_at, by=by, now=now)
    else:
        HopperEntry.objects.filter(lead=lead).delete()
    queue_work.let_go(lead, by=by)
