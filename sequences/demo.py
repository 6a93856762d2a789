"""The demonstration: one invented organisation with its people, its borrowers, and how they are followed up."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence as Listed

from django.contrib.auth.hashers import make_password
from django.db import transaction

from crm import events, team
from crm.models import Actor, Advisor, Event, Organization, Role, User
from crm.organizations import found
from leads import advisor_tasks, scoring
from leads.demo.borrowers import borrowers
from leads.demo.history import Past, write_leads
from leads.demo.papers import write_papers, write_requirements
from leads.demo.rules import write_rules
from leads.demo.talk import STOPPED, Said, script_of, write_conversations
from leads.models import Lead, Message, Slot, TaskKind
from sequences import demo_ai, demo_held
from sequences.authoring import create_sequence, steps_of
from sequences.enrolling import default_sequence
from sequences.models import Enrollment, EnrollmentStatus, Sequence, SequenceVersion, Step, StepKind, StepRun
from sequences.rendering import render, values_for

NAME = "Ridgeline Lending"
PASSWORD = "ridgeline-demo"  # noqa: S105  (printed at every start; only ever used for the demonstration)
PEOPLE = (
    ("dana@demo.example", "Dana Reyes", Role.MANAGER),
    ("maya@demo.example", "Maya Okafor", Role.ADVISOR),
    ("theo@demo.example", "Theo Lindqvist", Role.ADVISOR),
)
ADMIN = ("admin@demo.example", "Ada Admin", Role.ADMIN)
_COMPOSED = (
    "Hi {{first_name}}, just checking in on the application for {{property_address}}. We still need a few documents. "
    "Is anything holding you up?"
)
_CHASE = (
    ("Hi {{first_name}}, we are only missing a few documents for your file. You can text photos to this number.", 48),
    ("Hi {{first_name}}, {{company}} again: with your documents this week we can submit your file on Friday.", 72),
)
_CALL = {
    "kind": StepKind.TASK,
    "task_kind": TaskKind.CALL,
    "message": "Call {{first_name}} about the missing papers",
    "instructions": "Two texts went unanswered. Offer to go through the list together.",
    "delay_hours": 24,
    "in_business_hours": True,
}
_WIN_BACK = (("Hi {{first_name}}, rates have moved since we last spoke. Shall I run your numbers again?", 24 * 30),)


def demo_organization() -> Organization | None:
    return Organization.objects.filter(is_demo=True).order_by("pk").first()


@transaction.atomic
def load_when_empty(now: dt.datetime) -> bool:
    """Write the demonstration into a database without any organisation; whether it did."""
    if Organization.objects.exists():
        return False
    by = Actor.system("Demonstration")
    organization = found(name=NAME, by=by, now=now - dt.timedelta(days=90), is_demo=True)
    people = _people(organization, by, now)
    requirements = write_requirements(organization)
    past = write_leads(organization, borrowers(now), people)
    sequence = default_sequence(organization)
    assert sequence is not None
    said = write_conversations(past, people, _Sayer(organization, sequence), now)
    write_papers(past, requirements, people, now)
    _follow_up(past, sequence, said, now)
    _more_sequences(organization, past, by, now)
    demo_held.hold_one(organization, now)
    demo_ai.write_drafts(organization, by, now)
    demo_ai.write_summaries(organization, now)
    write_rules(organization, people, by, now)
    scoring.rescore(Lead.objects.filter(organization=organization))
    return True


def _people(organization: Organization, by: Actor, now: dt.datetime) -> list[Advisor]:
    """Those who work there, and an administrator who works nowhere else. Everybody has the one password."""
    places = [
        team.join(organization=organization, email=email, name=name, role=role, by=by, now=now)
        for email, name, role in (*PEOPLE, ADMIN)
    ]
    ids = [place.user_id for place in places]
    User.objects.filter(pk__in=ids).update(password=make_password(PASSWORD))
    User.objects.filter(pk=places[-1].user_id).update(is_staff=True, is_superuser=True)
    return places[:-1]


class _Sayer:
    """The steps of a sequence in words for a lead."""

    def __init__(self, organization: Organization, sequence: Sequence) -> None:
        self.company = organization.name
        self.sequence = sequence
        self.steps = steps_of(sequence)

    def __call__(self, lead: Lead, order: int) -> Said:
        step = self.steps[order]
        is_composed = step.kind == StepKind.AI
        body = render(_COMPOSED if is_composed else step.message, values_for(lead, company=self.company))
        reason: dict[str, object] = {
            "kind": "step",
            "words": f"Step {order + 1} of {self.sequence.name}, version 1",
            "sequence": self.sequence.public_id,
            "version": 1,
            "step": order,
            "enrolled_by": "Demonstration",
        }
        return Said(body, self.sequence.name, reason, is_composed)


def _follow_up(past: Past, sequence: Sequence, said: Listed[Message], now: dt.datetime) -> None:
    """An enrollment for everybody to whom the sequence has written, and a StepRun for each thing that it wrote."""
    messages: dict[int, list[Message]] = defaultdict(list)
    for message in said:
        messages[message.lead_id or 0].append(message)
    steps = steps_of(sequence)
    rows = [
        (_enrollment(lead, sequence, len(messages[lead.pk]), has_stopped=script_of(borrower, now) is STOPPED, now=now))
        for borrower, lead in past
        if lead.pk in messages
    ]
    Enrollment.objects.bulk_create(rows)
    StepRun.objects.bulk_create(run for row in rows for run in _runs(row, messages[row.lead_id], steps))
    Event.objects.bulk_create(_facts(rows, sequence))


def _enrollment(lead: Lead, sequence: Sequence, done: int, *, has_stopped: bool, now: dt.datetime) -> Enrollment:
    """Nothing falls due within hours of the first start: a newcomer is not greeted by a hundred texts."""
    enrollment = Enrollment(
        organization_id=lead.organization_id,
        sequence=sequence,
        version=_current(sequence),
        lead=lead,
        next_order=done,
        next_step_at=max(lead.created_at + dt.timedelta(hours=24), now + dt.timedelta(hours=6 + lead.pk % 60)),
        enrolled_by="Demonstration",
        started_at=lead.created_at,
        created_at=lead.created_at,
    )
    assert lead.conversation is not None
    if has_stopped or lead.stage.slot in (Slot.LOST, Slot.CONVERTED):
        enrollment.status = EnrollmentStatus.CANCELLED
        enrollment.stop_reason = "Opted out" if has_stopped else f"Moved to {lead.stage.label}"
        enrollment.ended_at = lead.stage_entered_at
    elif lead.conversation.last_inbound_at:
        enrollment.status = EnrollmentStatus.COMPLETED
        enrollment.next_order = enrollment.next_step_at = None
        enrollment.ended_at = now - dt.timedelta(minutes=2)
    return enrollment


def _current(sequence: Sequence) -> SequenceVersion:
    assert sequence.current is not None
    return sequence.current


def _runs(enrollment: Enrollment, messages: Listed[Message], steps: Listed[Step]) -> list[StepRun]:
    """What was said, and what was skipped because the borrower had answered before."""
    runs = [
        StepRun(message=message, order=order, planned_at=message.created_at) for order, message in enumerate(messages)
    ]
    if enrollment.status == EnrollmentStatus.COMPLETED:
        runs += [
            StepRun(
                order=step.order,
                skipped_because="The borrower replied",
                planned_at=enrollment.ended_at or enrollment.started_at,
            )
            for step in steps[len(messages) :]
        ]
    for run in runs:
        run.organization_id, run.enrollment, run.generation = enrollment.organization_id, enrollment, 1
    return runs


def _facts(rows: Listed[Enrollment], sequence: Sequence) -> list[Event]:
    """Who began, and who ended how."""
    about = {"sequence": sequence.public_id, "sequence_name": sequence.name}
    began, by = Actor.system("Demonstration"), Actor.sequence(sequence.name)
    facts = [_fact("sequence.enrolled", row, began, row.created_at, about) for row in rows]
    for row in rows:
        if row.ended_at:
            reason = {"reason": row.stop_reason} if row.stop_reason else {}
            facts.append(_fact(f"sequence.{row.status}", row, by, row.ended_at, about | reason))
    return facts


def _fact(name: str, row: Enrollment, by: Actor, now: dt.datetime, about: dict[str, str]) -> Event:
    return events.fact(
        name, organization=row.organization_id, lead_id=row.lead_id, by=by, now=now, enrollment=row.pk, **about
    )


def _more_sequences(organization: Organization, past: Past, by: Actor, now: dt.datetime) -> None:
    """One that some applications are in, one that is switched off."""
    chase = create_sequence(
        organization=organization,
        name="Document chase",
        description="For files that wait for papers",
        steps=[*_fixed(_CHASE, in_business_hours=True), _CALL],
        by=by,
        now=now - dt.timedelta(days=60),
    )
    create_sequence(
        organization=organization,
        name="Win back",
        description="A month after somebody went elsewhere",
        steps=_fixed(_WIN_BACK),
        is_active=False,
        by=by,
        now=now - dt.timedelta(days=30),
    )
    waiting = [lead for borrower, lead in past if borrower.stage == "application"][::3]
    rows = Enrollment.objects.bulk_create(
        Enrollment(
            organization=organization,
            sequence=chase,
            version=_current(chase),
            lead=lead,
            next_order=0,
            next_step_at=now + dt.timedelta(hours=20 + 9 * place),
            enrolled_by="Dana Reyes",
            started_at=now - dt.timedelta(hours=10),
            created_at=now - dt.timedelta(hours=10),
        )
        for place, lead in enumerate(waiting)
    )
    Event.objects.bulk_create(_facts(rows, chase))
    for place, lead in enumerate(waiting):
        what = f"Call {lead.first_name or lead.name} about the missing papers"
        due = now + dt.timedelta(hours=3 * place - 2)
        advisor_tasks.give(lead, title=what, kind=TaskKind.CALL, due_at=due, by=by, now=now - dt.timedelta(hours=4))


def _fixed(steps: Listed[tuple[str, int]], **more: object) -> list[dict[str, object]]:
    return [{"kind": StepKind.FIXED, "message": words, "delay_hours": hours} | more for words, hours in steps]
