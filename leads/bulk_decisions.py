"""What becomes of each row of a batch, decided in memory: new rows are known to the rows after them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from leads import fields, stage_rules, tallies
from leads.errors import DomainError, DuplicateLead, StageRefused
from leads.intake import Action, Fields, Intake, Received, fill_empties, new_lead
from leads.manners import Known, Manner
from leads.models import Lead, Stage, StageRule, StageTally
from leads.overwriting import overwrite, readdressed


@dataclass(slots=True)
class Row:
    """One row of the batch on its way in."""

    given: Fields
    values: dict[str, Any] = field(default_factory=dict)
    outcome: Received | DomainError | None = None


@dataclass(slots=True)
class Decisions:
    """What is known while the rows are gone through in order, and what is to be written."""

    intake: Intake
    manner: Manner
    by_phone: dict[str, Lead]
    by_external_id: dict[str, Lead]
    #: The tags that known leads have, where rows may add some.
    had: dict[int, list[str]] = field(default_factory=dict)
    new: dict[int, Lead] = field(default_factory=dict)
    before: dict[int, StageTally] = field(default_factory=dict)
    changed: dict[int, tuple[Lead, set[str]]] = field(default_factory=dict)
    #: [before, after] by column, of each known lead.
    history: dict[int, dict[str, list[Any]]] = field(default_factory=dict)
    tags: dict[int, list[str]] = field(default_factory=dict)
    #: New addresses of known leads, which are changed one by one: conversations and duplicates hang on them.
    moved: list[tuple[Lead, dict[str, str]]] = field(default_factory=list)
    #: Whether rules say whose new leads are.
    has_rules: bool = False
    refusals: dict[int, StageRefused] = field(default_factory=dict)

    def is_new(self, lead: Lead) -> bool:
        return id(lead) in self.new


def decide(batch: Decisions, row: Row, stage: Stage, rank: int) -> None:
    try:
        row.outcome = _outcome(batch, row, stage, rank)
    except DomainError as error:
        row.outcome = error


def _outcome(batch: Decisions, row: Row, stage: Stage, rank: int) -> Received:
    phone, external_id = row.values.get("phone_e164"), row.values.get("external_id") or ""
    by_phone = batch.by_phone.get(phone) if phone else None
    by_id = batch.by_external_id.get(external_id) if external_id else None
    if by_phone and by_id and by_phone is not by_id:
        raise DuplicateLead("phone and external_id belong to two different leads", field="external_id")
    lead = by_phone or by_id
    if lead is None or batch.manner.known is Known.NEW:
        if by_phone is None and by_id is not None:
            raise DuplicateLead(_("Another lead has this external id."), field="external_id")
        lead = _made(batch, row, row.given.get("stage") or stage, rank, by_phone)
        received = Received(lead, Action.CREATED)
    elif lead.pk and not batch.manner.may_touch(lead.advisor_id):
        raise DuplicateLead(_("A colleague has a lead with this phone number or external id."))
    else:
        changes = _changes(batch, lead, row)
        received = Received(lead, Action.UPDATED if changes else Action.SKIPPED, changes)
    if follows(lead):
        return received  # somebody else answers
    if lead.phone_e164 or phone:
        batch.by_phone.setdefault(lead.phone_e164 or phone or "", lead)
    if lead.external_id:
        batch.by_external_id.setdefault(lead.external_id, lead)
    return received


def follows(lead: Lead) -> bool:
    """Another lead, which may not be written yet, answers to its phone."""
    return lead.duplicate_of_id is not None or lead._state.fields_cache.get("duplicate_of") is not None


def _made(batch: Decisions, row: Row, stage: Stage, rank: int, duplicate_of: Lead | None) -> Lead:
    lead = new_lead(batch.intake, row.given, row.values, stage, rank=rank)
    if "stage" in row.given and batch.manner.job:
        _enter(batch, lead, stage, row.given)
    if row.given.get("funded_amount"):
        lead.funded_amount = fields.amount(row.given["funded_amount"], field="funded amount")
    lead.import_job_id = batch.manner.job
    if duplicate_of is not None:
        lead.duplicate_of = duplicate_of
    batch.new[id(lead)] = lead
    batch.tags[id(lead)] = list(row.given.get("tags") or [])
    return lead


def _enter(batch: Decisions, lead: Lead, stage: Stage, given: Fields) -> None:
    """What a stage finds missing on one new lead's checklist is missing on all of them: it is asked once."""
    if stage.pk in batch.refusals:
        raise batch.refusals[stage.pk]
    answers = {name: str(given[name]) for name in ("funded_amount", "lost_reason") if given.get(name)}
    try:
        stage_rules.satisfy(lead, stage, answers)
    except StageRefused as error:
        if error.rule == StageRule.DOCUMENTS:
            batch.refusals[stage.pk] = error
        raise


def _changes(batch: Decisions, lead: Lead, row: Row) -> dict[str, Any]:
    """What the row does to a known lead, as [before, after] by column; "tags" are those it adds."""
    if batch.manner.known is Known.SKIP:
        return {}
    if not batch.is_new(lead):
        batch.before.setdefault(lead.pk, tallies.weigh(lead, -1))
    was = {column: getattr(lead, column) for column in (*row.values, *fields.NAMES)} if batch.manner.job else {}
    overwrites = batch.manner.known is Known.OVERWRITE
    moved = readdressed(lead, row.values) if overwrites and not batch.is_new(lead) else {}
    change: Callable[..., set[str]] = overwrite if overwrites else fill_empties
    values = {column: value for column, value in row.values.items() if column not in moved}
    columns = change(lead, row.given, values)
    changes = {column: [_kept(was.get(column)), _kept(getattr(lead, column))] for column in columns}
    if moved:
        batch.moved.append((lead, moved))
        batch.by_phone[row.values["phone_e164"]] = lead
        changes |= {column: [_kept(was.get(column)), value] for column, value in moved.items()}
    added = _added_tags(batch, lead, row.given.get("tags") or []) if batch.manner.job else []
    _note(batch, lead, columns, changes, added)
    return {**changes, "tags": added} if added else changes


def _added_tags(batch: Decisions, lead: Lead, given: Sequence[str]) -> list[str]:
    has = batch.tags.get(id(lead), []) if batch.is_new(lead) else batch.had.get(lead.pk, [])
    added = [name for name in dict.fromkeys(given) if name not in has]
    has.extend(added)
    if not batch.is_new(lead) and added:
        batch.had[lead.pk] = has
        batch.tags.setdefault(id(lead), []).extend(added)
    return added


def _note(batch: Decisions, lead: Lead, columns: set[str], changes: dict[str, Any], added: list[str]) -> None:
    if batch.is_new(lead) or not (columns or added):
        return
    _lead, so_far = batch.changed.setdefault(lead.pk, (lead, set()))
    so_far |= columns
    history = batch.history.setdefault(lead.pk, {})
    for column in columns:
        history[column] = [history.get(column, changes[column])[0], changes[column][1]]
    if added:
        before = [name for name in batch.had[lead.pk] if name not in added]
        history["tags"] = [history.get("tags", [before])[0], list(batch.had[lead.pk])]


def _kept(value: Any) -> Any:
    """As JSON keeps it, for facts and for the undo."""
    return value if value is None or isinstance(value, str | int | bool | dict | list) else str(value)
