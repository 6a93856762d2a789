"""Write the borrowers of the demonstration with the past that leads of their stage have, a table at a time."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterable, Sequence
from decimal import Decimal
from itertools import pairwise

from crm import events
from crm.models import Actor, Advisor, Event, Organization
from leads import positions, tagging, tallies
from leads.demo import names
from leads.demo.borrowers import Borrower
from leads.intake import Intake, created_fact, new_lead, prepare
from leads.models import ConsentBasis, Lead, Source, Stage, StageTally

type Past = Sequence[tuple[Borrower, Lead]]


def write_leads(organization: Organization, borrowers: Iterable[Borrower], team: Sequence[Advisor]) -> Past:
    """The leads where they stand now, their tags, the stages' totals, and the facts that led there."""
    stages = {stage.key: stage for stage in Stage.objects.filter(organization=organization)}
    in_order = sorted(borrowers, key=lambda borrower: borrower.arrived)
    past = [(borrower, _lead(organization, borrower, stages, team)) for borrower in in_order]
    Lead.objects.bulk_create([lead for _, lead in past])
    tagging.put_on({lead.pk: borrower.fields["tags"] for borrower, lead in past}, organization)  # type: ignore[misc]
    # History is written, not announced: nobody who listens for news should act on it.
    facts = [fact for borrower, lead in past for fact in _facts(borrower, lead, stages)]
    Event.objects.bulk_create(sorted(facts, key=lambda fact: fact.happened_at))
    tallies.add([_departure(stages[a], stages[b]) for borrower, _ in past for (a, _), (b, _) in pairwise(borrower.way)])
    tallies.recount(organization)
    return past


def _lead(organization: Organization, borrower: Borrower, stages: dict[str, Stage], team: Sequence[Advisor]) -> Lead:
    dice = random.Random(borrower.rank)  # noqa: S311
    intake = _intake(organization, borrower)
    lead = new_lead(intake, borrower.fields, prepare(borrower.fields, needs_phone=True), stages[borrower.stage])
    entered = borrower.way[-1][1]
    lead.stage_entered_at = lead.updated_at = entered
    lead.position = positions.newest(entered)
    is_new = borrower.stage == "new_lead"
    lead.advisor = None if dice.random() < (0.6 if is_new else 0.08) else dice.choice(team)
    if borrower.stage == "converted":
        lead.converted_at = entered
        lead.funded_amount = ((lead.requested_amount or Decimal(0)) * dice.choice((80, 90, 100)) / 100).quantize(
            Decimal("0.01")
        )
    if borrower.stage == "lost":
        lead.lost_reason = dice.choice(names.LOST_REASONS)
    return lead


_DOORS = {
    Source.API: "Partner portal",
    Source.WEB_FORM: "Website",
    Source.CSV_IMPORT: "Import",
    Source.DIALER: "Dialler",
    Source.REFERRAL: "Dana Reyes",
    Source.MANUAL: "Dana Reyes",
}


def _intake(organization: Organization, borrower: Borrower) -> Intake:
    consent = {
        Source.API: ConsentBasis.PARTNER,
        Source.WEB_FORM: ConsentBasis.WEB_FORM,
        Source.MANUAL: ConsentBasis.ADVISOR,
        Source.REFERRAL: ConsentBasis.ADVISOR,
    }.get(borrower.source, ConsentBasis.NONE)
    by = Actor.system(_DOORS[borrower.source])
    return Intake(organization, by, borrower.arrived, borrower.source, consent, str(borrower.fields["source_label"]))


def _facts(borrower: Borrower, lead: Lead, stages: dict[str, Stage]) -> list[Event]:
    intake = _intake(lead.organization, borrower)
    facts = [created_fact(lead, intake)]
    if lead.advisor:
        facts.append(
            events.fact(
                "lead.assigned",
                organization=lead.organization_id,
                lead_id=lead.pk,
                by=Actor.system("Dana Reyes"),
                now=borrower.arrived + dt.timedelta(minutes=1),
                advisor_id=lead.advisor.pk,
                advisor=lead.advisor.name,
                previous_id=None,
            )
        )
    by = Actor.advisor(lead.advisor) if lead.advisor else intake.by
    for (before, _), (after, moment) in pairwise(borrower.way):
        facts.append(_move(lead, stages[before], stages[after], by, moment))
    return facts


def _move(lead: Lead, before: Stage, after: Stage, by: Actor, now: dt.datetime) -> Event:
    return events.fact(
        "lead.stage_changed",
        organization=lead.organization_id,
        lead_id=lead.pk,
        by=by,
        now=now,
        previous_stage=str(before.uuid),
        previous_label=before.label,
        previous_slot=before.slot,
        stage=str(after.uuid),
        label=after.label,
        slot=after.slot,
    )


def _departure(before: Stage, after: Stage) -> StageTally:
    return StageTally(
        organization_id=before.organization_id, stage=before, departed=1, advanced=int(after.key != "lost")
    )
