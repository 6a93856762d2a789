"""Take in a thousand leads with a handful of statements; the rules are those of leads/intake.py."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import OperationalError, transaction
from django.db.models import Q, QuerySet, prefetch_related_objects

from crm import events
from crm.bulk import insert_new, insert_rows, like, write_columns
from crm.models import Actor, Event, Organization
from crm.statements import statement
from leads import assigning, notifying, offering, scoring, tagging, tallies
from leads.assignment_choice import Decision
from leads.errors import DomainError, DuplicateLead
from leads.intake import (
    Action,
    Fields,
    Intake,
    Received,
    created_fact,
    fill_empties,
    filled_fact,
    first_stage,
    new_lead,
    prepare,
    receive_lead,
    record_consents,
)
from leads.models import ConsentBasis, Conversation, Lead, LeadQuerySet, Source, Stage, StageTally
from leads.models.lead import ANSWERING

_TRIES = 5


class _Overtaken(Exception):
    """
    Somebody else made some of these leads between our look and our write.

    Everything is looked at anew: going on row by row would lock rows in another order than other imports do.
    """


@dataclass(slots=True)
class _Row:
    """One row of the batch on its way in."""

    given: Fields
    values: dict[str, Any] = field(default_factory=dict)
    outcome: Received | DomainError | None = None


@dataclass(slots=True)
class _Batch:
    """What is known while the rows are gone through in order; new leads are known to the rows after them."""

    intake: Intake
    by_phone: dict[str, Lead]
    by_external_id: dict[str, Lead]
    new: dict[int, Lead] = field(default_factory=dict)
    before: dict[int, StageTally] = field(default_factory=dict)
    filled: dict[int, tuple[Lead, set[str]]] = field(default_factory=dict)
    tags: dict[int, Sequence[str]] = field(default_factory=dict)


def receive_leads(
    *,
    organization: Organization,
    rows: Sequence[Fields],
    by: Actor,
    now: dt.datetime,
    source: Source | str = Source.API,
    consent: ConsentBasis | str = ConsentBasis.NONE,
    consent_source: str = "",
) -> list[Received | DomainError]:
    """
    Take many leads in, in order, with OnDuplicate.FILL; one outcome for each row, in the same order.

    A row that can't be taken yields its DomainError and harms no other. All good rows land together.
    """
    intake = Intake(organization, by, now, source, consent, consent_source)
    for attempt in range(_TRIES):
        is_last = attempt == _TRIES - 1
        try:
            with transaction.atomic():
                return _receive(intake, [_Row(given) for given in rows], is_last=is_last)
        except _Overtaken:
            continue
        except OperationalError as error:
            # Two imports that wait for each other's rows: PostgreSQL ends one of them, which may simply try again.
            if is_last or "deadlock" not in str(error):
                raise
    raise AssertionError("unreachable")


def _receive(intake: Intake, rows: list[_Row], *, is_last: bool) -> list[Received | DomainError]:
    for row in rows:
        try:
            row.values = prepare(row.given, needs_phone=True)
        except DomainError as error:
            row.outcome = error
    good = [row for row in rows if row.outcome is None]
    batch = _known(intake, good)
    stage, has_rules = _entrance(intake.organization)
    for rank, row in enumerate(good):
        _decide(batch, row, stage, rank)
    lost = _write(batch, has_rules=has_rules)
    if lost and not is_last:
        raise _Overtaken
    record_consents(intake, (row.outcome.lead for row in good if isinstance(row.outcome, Received)))
    for row in rows:
        if isinstance(row.outcome, Received) and id(row.outcome.lead) in lost:
            row.outcome = _alone(intake, row)
    return [row.outcome for row in rows if row.outcome is not None]


def _entrance(organization: Organization) -> tuple[Stage, bool]:
    """Where new leads stand, and whether rules say whose they are; their desk is held from here on."""
    for stage in _first_stage(organization.pk):
        return stage, bool(stage.has_rules)
    return first_stage(organization), False  # which refuses


@statement
def _first_stage(organization_id: int) -> QuerySet[Stage, Any]:
    stages = Stage.objects.filter(organization_id=organization_id).order_by("position", "pk")
    return stages.annotate(has_rules=assigning.holding(organization_id))[:1]


def _known(intake: Intake, rows: list[_Row]) -> _Batch:
    """A few statements find every lead that the rows could mean, and lock them in one order."""
    organization_id = intake.organization.pk
    phones = {row.values["phone_e164"] for row in rows}
    external_ids = {row.values["external_id"] for row in rows if row.values.get("external_id")}
    by_phone = {lead.phone_e164: lead for lead in _of_phones(organization_id, phones) if lead.phone_e164}
    by_pk = {lead.pk: lead for lead in by_phone.values()}
    by_id = {
        lead.external_id: by_pk.get(lead.pk, lead)
        for lead in (_of_external_ids(organization_id, external_ids) if external_ids else ())
    }
    # After the leads are locked: a joined conversation may be gone from a lead by then.
    prefetch_related_objects([*by_phone.values(), *by_id.values()], "conversation")
    return _Batch(intake, by_phone, by_id)


@statement
def _of_phones(organization_id: int, phones: Collection[str]) -> QuerySet[Lead]:
    return _answering(organization_id).filter(phone_e164__among=phones)


@statement
def _of_external_ids(organization_id: int, external_ids: Collection[str]) -> QuerySet[Lead]:
    return _answering(organization_id).filter(~Q(external_id=""), external_id__among=external_ids)


def _answering(organization_id: int) -> LeadQuerySet:
    leads = Lead.objects.filter(ANSWERING, organization_id=organization_id)
    return leads.select_for_update(no_key=True).order_by("pk")


def _decide(batch: _Batch, row: _Row, stage: Any, rank: int) -> None:
    """What becomes of one row, in memory."""
    phone, external_id = row.values["phone_e164"], row.values.get("external_id") or ""
    by_phone, by_id = batch.by_phone.get(phone), batch.by_external_id.get(external_id)
    if by_phone and by_id and by_phone is not by_id:
        row.outcome = DuplicateLead("phone and external_id belong to two different leads", field="external_id")
        return
    lead = by_phone or by_id
    if lead is None:
        lead = new_lead(batch.intake, row.given, row.values, row.given.get("stage") or stage, rank=rank)
        batch.new[id(lead)] = lead
        batch.tags[id(lead)] = row.given.get("tags") or []
        row.outcome = Received(lead, Action.CREATED)
    else:
        row.outcome = Received(lead, Action.UPDATED if _filled(batch, lead, row) else Action.SKIPPED)
    batch.by_phone.setdefault(lead.phone_e164 or phone, lead)
    if lead.external_id:
        batch.by_external_id.setdefault(lead.external_id, lead)


def _filled(batch: _Batch, lead: Lead, row: _Row) -> bool:
    is_new = id(lead) in batch.new
    if not is_new:
        batch.before.setdefault(lead.pk, tallies.weigh(lead, -1))
    changed = fill_empties(lead, row.given, row.values)
    if changed and not is_new:
        _, so_far = batch.filled.setdefault(lead.pk, (lead, set()))
        so_far |= changed
    return bool(changed)


def _write(batch: _Batch, *, has_rules: bool) -> set[int]:
    """Everything at once; returns the identities of the new leads that somebody else made first."""
    intake = batch.intake
    decided = _assign(batch) if has_rules else {}
    _link_conversations(intake, list(batch.new.values()))
    # In order of phone, so that two imports of the same people never wait for each other.
    ordered = sorted(batch.new.values(), key=lambda lead: lead.phone_e164 or "")
    for lead in ordered:
        scoring.rescored(lead)
    insert_new(ordered, key="uuid")
    made = [lead for lead in batch.new.values() if lead.pk]
    notifying.file(notifying.of_new_leads(made, by=intake.by, now=intake.now))
    tagging.put_on({lead.pk: batch.tags[id(lead)] for lead in made}, intake.organization)
    filled = [lead for lead, _ in batch.filled.values()]
    columns = set().union(*(changed | scoring.rescored(lead, changed) for lead, changed in batch.filled.values()))
    for lead in filled:
        lead.updated_at = intake.now
    write_columns(filled, [*columns, "updated_at"])
    tallies.add(
        [*tallies.of_new(made)] + [change for lead in filled for change in (batch.before[lead.pk], tallies.weigh(lead))]
    )
    events.record_all(
        _created_facts(made, intake) + [filled_fact(lead, changed, intake) for lead, changed in batch.filled.values()]
    )
    by_pk = {lead.pk: decided[id(lead)] for lead in made if id(lead) in decided}
    offering.offer_all(made, by_pk, intake.organization, by=offering.RULES, now=intake.now)
    return {key for key, lead in batch.new.items() if not lead.pk}


def _created_facts(leads: Sequence[Lead], intake: Intake) -> list[Event]:
    """Facts about leads that came in the same way are the same but for the lead; whom rules chose has its reason."""
    known: dict[tuple[Any, ...], Event] = {}
    facts = []
    for lead in leads:
        if lead.assigned_because:
            facts.append(created_fact(lead, intake))
            continue
        way = (lead.source, lead.source_label, lead.stage_id, lead.advisor_id)
        if (one := known.get(way)) is None:
            one = known[way] = created_fact(lead, intake)
        facts.append(like(one, lead_id=lead.pk))
    return facts


def _assign(batch: _Batch) -> dict[int, Decision]:
    """The rules are asked about new leads for whom nobody was named, in the order of the rows."""
    nobodys = [lead for lead in batch.new.values() if lead.advisor_id is None]
    if not nobodys:
        return {}
    desk = assigning.desk_of(batch.intake.organization, batch.intake.now)
    turns, decided = assigning.choose_for_new(desk, nobodys)
    insert_rows(turns)
    return decided


def _link_conversations(intake: Intake, leads: list[Lead]) -> None:
    """Somebody who comes back finds the old conversation again."""
    known = {
        conversation.address: conversation
        for conversation in _conversations(intake.organization.pk, [lead.address for lead in leads])
    }
    if known:
        for lead in leads:
            lead.conversation = known.get(lead.address)


@statement
def _conversations(organization_id: int, addresses: Collection[str]) -> QuerySet[Conversation]:
    return Conversation.objects.filter(organization_id=organization_id, address__among=addresses)


def _alone(intake: Intake, row: _Row) -> Received | DomainError:
    """Somebody else is always faster with this lead: take the row in by itself."""
    try:
        return receive_lead(
            organization=intake.organization,
            fields=row.given,
            by=intake.by,
            now=intake.now,
            source=intake.source,
            consent=intake.consent,
            consent_source=intake.consent_source,
        )
    except DomainError as error:
        return error
