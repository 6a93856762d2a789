"""
Two leads that are one person become one, and apart again.

The lead that goes is hidden like a deleted one; what hangs on it moves to the one that is kept, and Merge holds what
that was. Both are locked in the order of their numbers, so that two merges at once do one after the other, and the
second finds a lead gone. Messages only change whose they are: one in a worker's hands goes out once, as it would have.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Field, Q
from django.utils.translation import gettext as _

from crm import events
from crm.models import Actor
from leads import advisor_tasks, holds, merge_rows, pipeline, scoring, suppression, tallies
from leads.editing import change_lead
from leads.errors import Changed
from leads.field_words import label_of
from leads.intake import OnDuplicate
from leads.merge_choices import ADVISOR, STAGE, changes_for
from leads.models import DoNotCall, Lead, Merge, StageTally

#: Not of the person, or looked after by themselves.
_LEFT_OUT = {"id", "uuid", "organization", "version", "updated_at", "deleted_at", "duplicate_of", "score"}
_COLUMNS: dict[str, Field[Any, Any]] = {
    field.attname: field
    for field in Lead._meta.concrete_fields
    if field.name not in _LEFT_OUT and not getattr(field, "generated", False)
}
#: Columns that keep the later of both, and where it is read.
_LATEST = {"last_contacted_at": "contacted_at", "last_called_at": "last_called_at", "converted_at": "converted_at"}
_DO_NOT_CALL = ("is_do_not_call", "dnc_reason", "dnc_at")
_STANDING = ("stage_id", "stage_entered_at", "position")


@dataclass(frozen=True, slots=True)
class Undone:
    """left: labels of what somebody has changed since the merge, and so stays as it is."""

    other: Lead
    left: list[str]


@transaction.atomic
def merge(kept: Lead, other: Lead, *, take: Collection[str] = (), by: Actor, now: dt.datetime) -> Merge:
    """
    The other goes into the one that is kept. take: keys of merge_choices.Choice for which the other's value wins.

    Its follow-up stops. Raises Changed when one of them is gone, StageRefused when its stage can't be taken, Held
    when a legal hold stands on the other: it is the one to keep.
    """
    kept, other = _hold(kept, other)
    holds.refuse_held([other.pk])
    before, pointers = _columns_of(kept), _pointers(kept, other)
    rows = merge_rows.move(other, kept)
    _hide(other, now)
    change_lead(kept, changes_for(kept, other, set(take)), by=by, now=now, on_duplicate=OnDuplicate.NEW)
    _answer_for(kept, other)
    if ADVISOR in take or kept.advisor_id is None:
        pipeline.assign_to(kept, other.advisor, by=by, now=now)
    advisor_tasks.hand_on([kept.pk], kept.advisor_id)
    if STAGE in take:
        rows["departed"] = _stand_where_it_stood(kept, other, by, now)
    _take_latest(kept, other, now)
    rows["suppressed"] = _do_not_call_either(kept, other, by, now)
    kept.refresh_from_db()
    after, followers = _columns_of(kept), _pointers(kept, other, pointers)
    merged = Merge.objects.create(
        organization_id=kept.organization_id,
        kept=kept,
        merged=other,
        columns={name: [before[name], after[name]] for name in before if before[name] != after[name]},
        rows={**rows, "pointers": {pk: [pointers[pk], to] for pk, to in followers.items() if pointers[pk] != to}},
        merged_by=by.label[:255],
        merged_at=now,
    )
    _tell("lead.deleted", other, by, now, merged_into=str(kept.uuid), name_of_kept=kept.display_name)
    _tell("lead.merged", kept, by, now, merge=str(merged.uuid), other=other.display_name)
    return merged


@transaction.atomic
def undo(merge: Merge, *, by: Actor, now: dt.datetime) -> Undone:
    """
    Both as they were, but for what somebody has changed since; what came since then stays with the one that was kept.

    Raises Changed when the kept lead is gone, the merge was undone before, or another lead has the external id by now.
    """
    if Merge.objects.filter(pk=merge.pk, undone_at__isnull=False).exists():
        raise Changed(_("This merge was undone before."))
    kept, other = _hold(Lead(pk=merge.kept_id), Lead(pk=merge.merged_id), gone=merge.merged_id)
    merge.refresh_from_db()
    pointers = merge.rows.get("pointers", {})
    touched = Lead.objects.filter(Q(pk__in=[int(pk) for pk in pointers]) | Q(pk__in=[kept.pk, other.pk]))
    weights = [tallies.weigh(lead, -1) for lead in touched]
    left = _restore_columns(kept, merge)
    merge_rows.move_back(merge.rows, other, kept)
    DoNotCall.objects.filter(pk__in=merge.rows.get("suppressed", []), lifted_at=None).update(
        lifted_at=now, lifted_by=by.label[:255]
    )
    for pk, (was, became) in pointers.items():
        if int(pk) == kept.pk and kept.duplicate_of_id == became:
            kept.duplicate_of_id = was
        Lead.objects.exclude(pk=kept.pk).filter(pk=int(pk), duplicate_of=became).update(duplicate_of=was)
    _save(kept, now)
    _revive(other, now)
    for lead in (kept, other):
        advisor_tasks.hand_on([lead.pk], lead.advisor_id)
    tallies.add([*weights, *(tallies.weigh(lead) for lead in touched.all()), *_not_departed(kept, merge)])
    merge.undone_at, merge.undone_by = now, by.label[:255]
    merge.save(update_fields=["undone_at", "undone_by"])
    _tell("lead.made_its_own_again", other, by, now, kept=kept.display_name)
    _tell("lead.unmerged", kept, by, now, merge=str(merge.uuid), other=other.display_name)
    return Undone(other, left)


def of_lead(kept: Lead) -> list[Merge]:
    """The merges into this lead that were not undone, newest first; at most five. One statement."""
    return list(Merge.objects.filter(kept=kept, undone_at=None).select_related("merged").order_by("-pk")[:5])


def _hold(kept: Lead, other: Lead, *, gone: int | None = None) -> tuple[Lead, Lead]:
    """Both, locked, in the order of their numbers; live, but for the one that is meant to be gone."""
    locked = {
        lead.pk: lead
        for lead in Lead.objects.select_for_update(no_key=True).filter(pk__in=(kept.pk, other.pk)).order_by("pk")
    }
    found, twin = locked.get(kept.pk), locked.get(other.pk)
    if found is None or twin is None or found.pk == twin.pk or found.organization_id != twin.organization_id:
        raise Changed(_("One of these leads is gone."))
    if found.deleted_at is not None or (twin.deleted_at is None) == (twin.pk == gone):
        raise Changed(_("One of these leads was merged or deleted meanwhile."))
    return found, twin


def _hide(other: Lead, now: dt.datetime) -> None:
    leaving = tallies.weigh(other, -1)
    other.deleted_at = other.updated_at = now
    other.save(update_fields=["deleted_at", "updated_at"])
    tallies.add([leaving])


def _answer_for(kept: Lead, other: Lead) -> None:
    """The kept one answers to the other's phone, where it is its own too; else the other's oldest duplicate does."""
    followers = Lead.objects.live().filter(duplicate_of=other)
    if kept.duplicate_of_id == other.pk:
        before = tallies.weigh(kept, -1)
        kept.duplicate_of = None
        kept.save(update_fields=["duplicate_of"])
        tallies.add([before, tallies.weigh(kept)])
    if kept.is_answering and kept.phone_e164 == other.phone_e164:
        followers.exclude(pk=kept.pk).update(duplicate_of=kept)
    else:
        tallies.add(pipeline.promote_oldest_duplicate(other))


def _stand_where_it_stood(kept: Lead, other: Lead, by: Actor, now: dt.datetime) -> list[int]:
    """Whether it left a stage by that, and onward: 0 or 1 each, so that an undo takes it out of the totals again."""
    was = kept.stage
    answers = {"lost_reason": other.lost_reason, "funded_amount": str(other.funded_amount or "")}
    if was.pk == other.stage_id or not pipeline.move_to(kept, other.stage, by=by, now=now, answers=answers):
        return [0, 0]
    return [1, int(pipeline.is_onward(was, other.stage))]


def _take_latest(kept: Lead, other: Lead, now: dt.datetime) -> None:
    for column, shown in _LATEST.items():
        times = [time for time in (getattr(kept, shown), getattr(other, shown)) if time]
        setattr(kept, column, max(times, default=None))
    if not kept.consent_basis and other.consent_basis:
        for column in ("consent_basis", "consent_source", "consent_at"):
            setattr(kept, column, getattr(other, column))
    kept.funded_amount = kept.funded_amount or other.funded_amount
    kept.updated_at = now
    columns = [*_LATEST, "consent_basis", "consent_source", "consent_at", "funded_amount", "updated_at"]
    kept.save(update_fields=columns)


def _do_not_call_either(kept: Lead, other: Lead, by: Actor, now: dt.datetime) -> list[int]:
    """Who asked not to be called as the one must not be called as the other; the entries that this made."""
    if kept.is_do_not_call or not other.is_do_not_call:
        return []
    entries = DoNotCall.objects.filter(organization_id=kept.organization_id, address=kept.address, lifted_at=None)
    known = set(entries.values_list("pk", flat=True))
    suppression.set_do_not_call(kept, reason=other.dnc_reason, by=by, now=now)
    return [pk for pk in entries.values_list("pk", flat=True) if pk not in known]


def _columns_of(lead: Lead) -> dict[str, Any]:
    """Every column as JSON keeps it."""
    return {name: _as_json(getattr(lead, name)) for name in _COLUMNS}


def _as_json(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat()
    return value if value is None or isinstance(value, str | int | bool | dict | list) else str(value)


def _pointers(kept: Lead, other: Lead, of: Collection[str] = ()) -> dict[str, int | None]:
    """Whose duplicate each lead is that has to do with either, by its number as text."""
    concerned = Q(pk__in=[int(pk) for pk in of]) if of else Q(duplicate_of__in=[kept, other]) | Q(pk=kept.pk)
    return {str(pk): to for pk, to in Lead.objects.live().filter(concerned).values_list("pk", "duplicate_of_id")}


def _restore_columns(kept: Lead, merge: Merge) -> list[str]:
    """In memory. Stage and place go together; what has been changed since is left, and named."""
    current = _columns_of(kept)
    changed = {name for name, (_before, after) in merge.columns.items() if current[name] != after}
    for together in (_STANDING, _DO_NOT_CALL):
        if changed & set(together):
            changed |= set(together) & merge.columns.keys()
    for name, (before, _after) in merge.columns.items():
        if name not in changed:
            field = _COLUMNS[name]
            setattr(kept, name, field.to_python(before) if before is not None else None)
    names = (_COLUMNS[name].name for name in merge.columns if name in changed)
    return list(dict.fromkeys(label for name in names if (label := label_of(name))))


def _save(kept: Lead, now: dt.datetime) -> None:
    """The restored columns; another lead may answer to its phone by now."""
    kept.version += 1
    kept.updated_at = now
    _follow_whoever_answers(kept)
    scoring.rescored(kept)
    columns = [field.name for field in _COLUMNS.values()]
    kept.save(update_fields=[*columns, "score", "duplicate_of", "version", "updated_at"])


def _revive(other: Lead, now: dt.datetime) -> None:
    other.deleted_at = None
    other.updated_at = now
    other.version += 1
    if other.duplicate_of is not None and other.duplicate_of.deleted_at is not None:
        other.duplicate_of = None
    _follow_whoever_answers(other)
    other.save(update_fields=["deleted_at", "updated_at", "version", "duplicate_of"])


def _follow_whoever_answers(lead: Lead) -> None:
    """A lead that came meanwhile and answers to its phone goes first. Raises Changed for a taken external id."""
    if lead.duplicate_of_id is not None:
        return
    others = Lead.objects.live().filter(organization_id=lead.organization_id, duplicate_of=None).exclude(pk=lead.pk)
    lead.duplicate_of = others.filter(phone_e164=lead.phone_e164).first() if lead.phone_e164 else None
    taken = lead.external_id and others.filter(external_id=lead.external_id).exists()
    if lead.duplicate_of is None and taken:
        raise Changed(
            _("Another lead has the external id %(external_id)s meanwhile.") % {"external_id": lead.external_id}
        )


def _not_departed(kept: Lead, merge: Merge) -> list[StageTally]:
    """The stage that it is back in was not left after all."""
    departed, advanced = merge.rows.get("departed", (0, 0))
    was, _became = merge.columns.get("stage_id", (None, None))
    if not departed or kept.stage_id != was:
        return []
    return [tallies.weigh(kept, 0, departed=-departed, advanced=-advanced)]


def _tell(name: str, lead: Lead, by: Actor, now: dt.datetime, **data: str) -> None:
    events.record(name, organization=lead.organization_id, lead_id=lead.pk, by=by, now=now, **data)
