"""What the invented borrowers have handed in, what their advisors wrote down and whom they called."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Sequence

from crm import events
from crm.models import Actor, Advisor, Event, Organization
from leads.demo.borrowers import WAY
from leads.demo.history import Past
from leads.demo.talk import STOPPED, script_of
from leads.models import (
    Call,
    ChecklistItem,
    DoNotCall,
    ItemKind,
    ItemStatus,
    Lead,
    Note,
    Outcome,
    Requirement,
    Suppression,
)

REQUIREMENTS = (
    ("Government-issued ID", ItemKind.DOCUMENT),
    ("Last three bank statements", ItemKind.DOCUMENT),
    ("Business tax return", ItemKind.DOCUMENT),
    ("Voided check", ItemKind.DOCUMENT),
    ("Employer identification number", ItemKind.TEXT),
    ("Date the business began", ItemKind.DATE),
)
NOTES = (
    "Second location opens in the autumn; wants the money in hand before the lease is signed.",
    "Prefers texts, works evenings. Partner has to sign too.",
    "Bank shows two overdrafts in March, both explained by a late customer.",
    "Had a loan with us three years ago, paid off early.",
    "Compares us with his own bank; decides on the monthly payment, not on the rate.",
    "Asked for a longer term. Told her what that costs in total.",
)
_CALLS = (
    ("Left voicemail", Outcome.VOICEMAIL, "Said who we are and when we are there."),
    ("No answer", Outcome.MISSED, ""),
    ("Connected", Outcome.REACHED, "Good talk, sends the documents."),
)


def write_requirements(organization: Organization) -> list[Requirement]:
    return Requirement.objects.bulk_create(
        Requirement(organization=organization, name=name, kind=kind, position=position)
        for position, (name, kind) in enumerate(REQUIREMENTS)
    )


def write_papers(past: Past, requirements: Sequence[Requirement], team: Sequence[Advisor], now: dt.datetime) -> None:
    """Checklist progress that grows with the stage, notes, calls, and two who must not be contacted."""
    items: list[ChecklistItem] = []
    notes: list[Note] = []
    calls: list[Call] = []
    for borrower, lead in past:
        dice = random.Random(2000 + borrower.rank)  # noqa: S311
        advisor = lead.advisor or team[0]
        items += [_collected(lead, each, dice) for each in requirements[: _handed_in(borrower.stage, dice)]]
        if dice.random() < 0.3 and borrower.stage != "new_lead":
            notes.append(_note(lead, advisor, dice))
        if dice.random() < 0.25 and now - borrower.arrived > dt.timedelta(hours=2):
            calls.append(_call(lead, advisor, dice, now))
    ChecklistItem.objects.bulk_create(items)
    Event.objects.bulk_create(_collected_fact(item, team[0]) for item in items)
    Note.objects.bulk_create(notes)
    Call.objects.bulk_create(calls)
    _suppress(past, now)
    Lead.objects.bulk_update([lead for _, lead in past], ["last_called_at", "is_do_not_call", "dnc_reason", "dnc_at"])


def _handed_in(stage: str, dice: random.Random) -> int:
    """How many of the requirements are done: none at first, all before the loan is paid out."""
    if stage == "lost":
        return dice.randint(0, 2)
    place = WAY.index(stage)
    return min(len(REQUIREMENTS), max(0, place + dice.randint(-1, 1))) if place < 4 else len(REQUIREMENTS)


def _collected(lead: Lead, requirement: Requirement, dice: random.Random) -> ChecklistItem:
    moment = lead.created_at + (lead.stage_entered_at - lead.created_at) * dice.random()
    values = {
        ItemKind.TEXT: f"{dice.randint(10, 98)}-{dice.randint(1000000, 9999999)}",
        ItemKind.DATE: f"{dice.randint(1998, 2023)}-{dice.randint(1, 12):02d}-01",
    }
    return ChecklistItem(
        organization_id=lead.organization_id,
        lead=lead,
        requirement=requirement,
        name=requirement.name,
        kind=requirement.kind,
        status=ItemStatus.COMPLETED,
        value=values.get(ItemKind(requirement.kind), ""),
        collected_at=moment,
        created_at=moment,
    )


def _collected_fact(item: ChecklistItem, fallback: Advisor) -> Event:
    by = Actor.advisor(item.lead.advisor or fallback)
    return events.fact(
        "checklist.item_collected",
        organization=item.organization_id,
        lead_id=item.lead_id,
        by=by,
        now=item.created_at,
        item=item.name,
    )


def _note(lead: Lead, advisor: Advisor, dice: random.Random) -> Note:
    return Note(
        organization_id=lead.organization_id,
        lead=lead,
        advisor=advisor,
        body=dice.choice(NOTES),
        created_at=lead.stage_entered_at - dt.timedelta(minutes=dice.randint(1, 60)),
    )


def _call(lead: Lead, advisor: Advisor, dice: random.Random, now: dt.datetime) -> Call:
    disposition, outcome, notes = dice.choice(_CALLS)
    started = lead.created_at + (now - lead.created_at) * dice.uniform(0.3, 0.9)
    lead.last_called_at = started
    return Call(
        organization_id=lead.organization_id,
        lead=lead,
        advisor=advisor,
        phone=lead.address,
        disposition=disposition,
        outcome=outcome,
        notes=notes,
        started_at=started,
        ended_at=started + dt.timedelta(seconds=dice.randint(12, 500)),
    )


def _suppress(past: Past, now: dt.datetime) -> None:
    """Those who wrote STOP, and one who asked on the phone."""
    entries = [
        _entry(lead, Suppression.OPT_OUT, "The borrower wrote STOP", now)
        for borrower, lead in past
        if script_of(borrower, now) is STOPPED
    ]
    lead = next(lead for borrower, lead in reversed(past) if borrower.stage == "qualified")
    reason = "Asked on the phone not to be called"
    lead.is_do_not_call, lead.dnc_reason, lead.dnc_at = True, reason, lead.contacted_at or now
    entries.append(_entry(lead, Suppression.DO_NOT_CALL, reason, now))
    DoNotCall.objects.bulk_create(entries)
    by_address = {lead.address: lead for _, lead in past}
    Event.objects.bulk_create(_suppressed_fact(entry, by_address[entry.address]) for entry in entries)


def _suppressed_fact(entry: DoNotCall, lead: Lead) -> Event:
    by = Actor.borrower(lead.name) if entry.kind == Suppression.OPT_OUT else Actor.system(entry.actor_label)
    return events.fact(
        "contact.suppressed",
        organization=entry.organization_id,
        lead_id=lead.pk,
        by=by,
        now=entry.created_at,
        address=entry.address,
        kind=str(entry.kind),
        reason=entry.reason,
    )


def _entry(lead: Lead, kind: Suppression, reason: str, now: dt.datetime) -> DoNotCall:
    return DoNotCall(
        organization_id=lead.organization_id,
        address=lead.address,
        kind=kind,
        reason=reason,
        actor_label="Demonstration",
        created_at=lead.contacted_at or now,
    )
