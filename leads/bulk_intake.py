"""Take in a thousand leads with a handful of statements; the rules are those of leads/intake.py."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.db import IntegrityError, OperationalError, transaction
from django.db.models import Q, QuerySet, prefetch_related_objects

from crm import events
from crm.bulk import insert_new, like, write_columns
from crm.models import Actor, Event, Organization
from crm.statements import statement
from leads import notifying, offering, scoring, tagging, tallies
from leads.bulk_decisions import Decisions, Row, decide, follows
from leads.conversations import conversations_at
from leads.editing import change_lead
from leads.entrance import assign, entrance
from leads.errors import DomainError, DuplicateLead
from leads.intake import (
    Fields,
    Intake,
    Received,
    created_fact,
    filled_fact,
    first_stage,
    prepare,
    receive_lead,
    record_consents,
)
from leads.manners import USUAL, Known, Manner
from leads.models import ConsentBasis, Lead, LeadQuerySet, Source
from leads.models.lead import ANSWERING

_TRIES = 5


class _Overtaken(Exception):
    """
    Somebody else made some of these leads between our look and our write.

    Everything is looked at anew: going on row by row would lock rows in another order than other imports do.
    """


def receive_leads(
    *,
    organization: Organization,
    rows: Sequence[Fields],
    by: Actor,
    now: dt.datetime,
    source: Source | str = Source.API,
    consent: ConsentBasis | str = ConsentBasis.NONE,
    consent_source: str = "",
    manner: Manner = USUAL,
    told: Mapping[str, Any] | None = None,
) -> list[Received | DomainError]:
    """
    Take many leads in, in order, usually with OnDuplicate.FILL; one outcome for each row, in the same order.

    A row that can't be taken yields its DomainError and harms no other. All good rows land together.
    """
    intake = Intake(organization, by, now, source, consent, consent_source, told or {})
    for attempt in range(_TRIES):
        is_last = attempt == _TRIES - 1
        try:
            with transaction.atomic():
                return _receive(intake, manner, [Row(given) for given in rows], is_last=is_last)
        except (_Overtaken, IntegrityError):
            if is_last:
                raise
        except OperationalError as error:
            # Two imports that wait for each other's rows: PostgreSQL ends one of them, which may simply try again.
            if is_last or "deadlock" not in str(error):
                raise
    raise AssertionError("unreachable")


@transaction.atomic
def foresee(
    *,
    organization: Organization,
    rows: Sequence[Fields],
    by: Actor,
    now: dt.datetime,
    manner: Manner,
    stand_ins: Collection[Lead],
) -> list[Received | DomainError]:
    """
    What receive_leads would make of the rows, with nothing written.

    stand_ins: leads that rows before these would have made.
    """
    given = [Row(fields) for fields in rows]
    _decided(Intake(organization, by, now), manner, given, stand_ins, is_real=False)
    return [row.outcome for row in given if row.outcome is not None]


def _receive(intake: Intake, manner: Manner, rows: list[Row], *, is_last: bool) -> list[Received | DomainError]:
    batch, good = _decided(intake, manner, rows)
    lost = _write(batch)
    if lost and not is_last:
        raise _Overtaken
    attested = (row.outcome.lead for row in good if isinstance(row.outcome, Received))
    if manner.known is not Known.SKIP:
        record_consents(intake, attested)
    else:
        record_consents(intake, (lead for lead in attested if batch.is_new(lead)))
    for row in rows:
        if isinstance(row.outcome, Received) and id(row.outcome.lead) in lost:
            row.outcome = _alone(intake, manner, row)
    return [row.outcome for row in rows if row.outcome is not None]


def _decided(
    intake: Intake, manner: Manner, rows: list[Row], stand_ins: Collection[Lead] = (), *, is_real: bool = True
) -> tuple[Decisions, list[Row]]:
    for row in rows:
        try:
            row.values = prepare(row.given, needs_phone=manner.needs_phone)
        except DomainError as error:
            row.outcome = error
    good = [row for row in rows if row.outcome is None]
    batch = _known(intake, manner, good)
    for lead in stand_ins:
        if lead.phone_e164:
            batch.by_phone.setdefault(lead.phone_e164, lead)
        if lead.external_id:
            batch.by_external_id.setdefault(lead.external_id, lead)
        batch.new[id(lead)] = lead
    # After the leads are locked, for with rules the assigning begins here.
    stage, batch.has_rules = entrance(intake.organization) if is_real else (first_stage(intake.organization), False)
    for rank, row in enumerate(good):
        decide(batch, row, stage, rank)
    return batch, good


def _known(intake: Intake, manner: Manner, rows: list[Row]) -> Decisions:
    """A few statements find every lead that the rows could mean, and lock them in one order."""
    organization_id = intake.organization.pk
    phones = {row.values["phone_e164"] for row in rows if row.values.get("phone_e164")}
    external_ids = {row.values["external_id"] for row in rows if row.values.get("external_id")}
    by_phone = {lead.phone_e164: lead for lead in _of_phones(organization_id, phones) if lead.phone_e164}
    by_pk = {lead.pk: lead for lead in by_phone.values()}
    by_id = {
        lead.external_id: by_pk.get(lead.pk, lead)
        for lead in (_of_external_ids(organization_id, external_ids) if external_ids else ())
    }
    # After the leads are locked: a joined conversation may be gone from a lead by then.
    prefetch_related_objects([*by_phone.values(), *by_id.values()], "conversation")
    found = {lead.pk for lead in (*by_phone.values(), *by_id.values())}
    had = tagging.names_of(found) if manner.job and found else {}
    return Decisions(intake, manner, by_phone, by_id, had)


@statement
def _of_phones(organization_id: int, phones: Collection[str]) -> QuerySet[Lead]:
    return _answering(organization_id).filter(phone_e164__among=phones)


@statement
def _of_external_ids(organization_id: int, external_ids: Collection[str]) -> QuerySet[Lead]:
    return _answering(organization_id).filter(~Q(external_id=""), external_id__among=external_ids)


def _answering(organization_id: int) -> LeadQuerySet:
    leads = Lead.objects.filter(ANSWERING, organization_id=organization_id)
    return leads.select_for_update(no_key=True).order_by("pk")


def _write(batch: Decisions) -> set[int]:
    """Everything at once; returns the identities of the new leads that somebody else made first."""
    intake, organization = batch.intake, batch.intake.organization
    new = list(batch.new.values())
    decided = assign(intake, new) if batch.has_rules else {}
    _link_conversations(intake, new)
    _insert(new)
    made = [lead for lead in new if lead.pk]
    if not batch.manner.job:  # a file of thousands would bury what else is at the bell
        notifying.file(notifying.of_new_leads(made, by=intake.by, now=intake.now))
    changed = [lead for lead, _ in batch.changed.values()]
    tagging.put_on({lead.pk: batch.tags.get(id(lead), []) for lead in (*made, *changed)}, organization)
    columns = set().union(*(names | scoring.rescored(lead, names) for lead, names in batch.changed.values()))
    for lead in changed:
        lead.updated_at = intake.now
    write_columns(changed, [*columns, "updated_at"])
    tallies.add(
        [*tallies.of_new(made)]
        + [change for lead in changed for change in (batch.before[lead.pk], tallies.weigh(lead))]
    )
    events.record_all(_created_facts(made, intake) + [_changed_fact(batch, lead) for lead in changed])
    by_pk = {lead.pk: decided[id(lead)] for lead in made if id(lead) in decided}
    offering.offer_all(made, by_pk, organization, by=offering.RULES, now=intake.now)
    _readdress(batch)
    return {key for key, lead in batch.new.items() if not lead.pk}


def _insert(leads: Sequence[Lead]) -> None:
    """In order of phone, so that two imports of the same people never wait for each other."""
    ordered = sorted(leads, key=lambda lead: lead.phone_e164 or "")
    for lead in ordered:
        scoring.rescored(lead)
    insert_new([lead for lead in ordered if not follows(lead)], key="uuid")
    following = [lead for lead in ordered if follows(lead)]
    for lead in following:
        lead.duplicate_of = lead.duplicate_of  # whose id is known by now
    insert_new([lead for lead in following if lead.duplicate_of_id], key="uuid")


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


def _changed_fact(batch: Decisions, lead: Lead) -> Event:
    intake = batch.intake
    if batch.manner.known is not Known.OVERWRITE:
        return filled_fact(lead, set(batch.history[lead.pk]), intake)
    return events.fact(
        "lead.updated",
        organization=lead.organization_id,
        lead_id=lead.pk,
        by=intake.by,
        now=intake.now,
        changes=batch.history[lead.pk],
        **intake.told,
    )


def _readdress(batch: Decisions) -> None:
    for lead, address in batch.moved:
        try:
            change_lead(lead, {"phone": address["phone"]}, by=batch.intake.by, now=batch.intake.now)
        except DuplicateLead as error:
            raise _Overtaken from error


def _link_conversations(intake: Intake, leads: list[Lead]) -> None:
    """Somebody who comes back finds the old conversation again."""
    known = {
        conversation.address: conversation
        for conversation in conversations_at({(intake.organization.pk, lead.address) for lead in leads})
    }
    if known:
        for lead in leads:
            lead.conversation = known.get(lead.address)


def _alone(intake: Intake, manner: Manner, row: Row) -> Received | DomainError:
    """Somebody else is always faster with this lead: take the row in by itself."""
    if manner is not USUAL:
        return DuplicateLead("Another request is writing this lead; try again.")
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
