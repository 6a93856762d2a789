"""Write down what was decided for a batch of due steps: messages, step runs, next times, facts. Statements in bulk."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence

from crm import events
from crm.bulk import fresh, insert_rows, write_columns
from crm.models import Actor, Event
from leads import contactability, ledger
from leads.advisor_tasks import give_all, new_task
from leads.models import (
    Author,
    ContactDecision,
    Conversation,
    Direction,
    Message,
    MessageState,
    Task,
)
from sequences import timing
from sequences.conversations import ensure_conversations, key_of
from sequences.models import Enrollment, EnrollmentStatus, Step, StepKind, StepRun
from sequences.rendering import render, values_for
from sequences.report import TickReport
from sequences.steps import Due, Fate, Outcome

_MOVED = ["status", "next_order", "next_step_at", "held_by", "stop_reason", "ended_at"]

type Decided = Sequence[tuple[Due, Outcome]]


def write(decided: Decided, now: dt.datetime, report: TickReport) -> None:
    """All of it in the caller's transaction."""
    facts: list[Event] = []
    for due, outcome in decided:
        setattr(report, outcome.fate, getattr(report, outcome.fate) + 1)
        _move_on(due, outcome, now)
        facts += _facts(due, outcome, now)
        report.completed += due.enrollment.status == EnrollmentStatus.COMPLETED
    said = [due for due, outcome in decided if outcome.fate is Fate.SAY]
    _write_messages([due for due in said if due.step and due.step.kind != StepKind.TASK], now)
    _write_tasks([due for due in said if due.step and due.step.kind == StepKind.TASK], now)
    StepRun.objects.bulk_create(
        _run(due, now, because=outcome.words) for due, outcome in decided if outcome.fate is Fate.SKIP
    )
    write_columns([due.enrollment for due, _ in decided], _MOVED)
    ledger.write([_decision(due, due.step, now) for due, outcome in decided if outcome.is_gate and due.step])
    events.record_all(facts)


def _move_on(due: Due, outcome: Outcome, now: dt.datetime) -> None:
    """Where the enrollment stands after this."""
    enrollment = due.enrollment
    enrollment.held_by = ""
    match outcome.fate:
        case Fate.HOLD | Fate.WAIT:
            enrollment.next_step_at, enrollment.held_by = outcome.until, outcome.words[:255]
        case Fate.CANCEL:
            enrollment.status, enrollment.stop_reason = EnrollmentStatus.CANCELLED, outcome.words[:255]
            enrollment.ended_at = now
        case _ if due.following:
            enrollment.next_order = due.following.order
            enrollment.next_step_at = timing.after(now, due.following.delay_hours)
        case _:
            enrollment.status, enrollment.ended_at = EnrollmentStatus.COMPLETED, now
            enrollment.next_order = enrollment.next_step_at = None


def _write_messages(said: list[Due], now: dt.datetime) -> None:
    known = {key_of(due.enrollment.lead): due.conversation for due in said if due.conversation}
    conversations = ensure_conversations([due.enrollment.lead for due in said], known)
    messages = [_message(due, due.step, conversations[key_of(due.enrollment.lead)], now) for due in said if due.step]
    insert_rows(messages)
    insert_rows([_run(due, now, message) for due, message in zip(said, messages, strict=True)])


def _write_tasks(given: list[Due], now: dt.datetime) -> None:
    """In the name of each sequence; one of them has the same words for all, most of the time."""
    by_name: dict[str, list[tuple[Due, Task]]] = defaultdict(list)
    for due in given:
        if due.step:
            by_name[due.enrollment.sequence.name].append((due, _task(due, due.step, now)))
    for name, pairs in by_name.items():
        give_all([task for _, task in pairs], by=Actor.sequence(name), now=now)
        insert_rows([_run(due, now, task=task) for due, task in pairs])


def _task(due: Due, step: Step, now: dt.datetime) -> Task:
    enrollment = due.enrollment
    values = values_for(enrollment.lead, company=enrollment.organization.name)
    return new_task(
        enrollment.lead,
        title=render(step.message, values) or step.message,
        details=render(step.instructions, values),
        kind=step.task_kind,
        reason=_reason(enrollment, step),
        due_at=now,
        by=Actor.sequence(enrollment.sequence.name),
        now=now,
    )


def _message(due: Due, step: Step, conversation: Conversation, now: dt.datetime) -> Message:
    enrollment, lead = due.enrollment, due.enrollment.lead
    is_fixed = step.kind == StepKind.FIXED
    values = values_for(lead, company=enrollment.organization.name)
    return fresh(
        Message,
        organization_id=enrollment.organization_id,
        conversation=conversation,
        lead=lead,
        direction=Direction.OUTBOUND,
        channel=step.channel,
        address=contactability.address_on(lead, step.channel),
        author=Author.SEQUENCE if is_fixed else Author.AI,
        author_label=enrollment.sequence.name,
        subject=render(step.subject, values)[:255],
        body=render(step.message, values) if is_fixed else "",
        reason=_reason(enrollment, step),
        state=MessageState.QUEUED if is_fixed else MessageState.DRAFTING,
        not_before=now,
        void_after=enrollment.started_at if step.skip_if_replied else None,
        created_at=now,
    )


def purpose(enrollment: Enrollment, step: Step) -> str:
    """Why this message exists, for people."""
    return f"Step {step.order + 1} of {enrollment.sequence.name}, version {enrollment.version.number}"


def _reason(enrollment: Enrollment, step: Step) -> dict[str, object]:
    return {
        "kind": "step",
        "words": purpose(enrollment, step),
        "sequence": enrollment.sequence.public_id,
        "version": enrollment.version.number,
        "step": step.order,
        "enrollment": enrollment.pk,
        "enrolled_by": enrollment.enrolled_by,
        "asked_for": enrollment.is_asked_for and step.order == 0,
        "in_business_hours": step.in_business_hours,
    }


def _run(
    due: Due, now: dt.datetime, message: Message | None = None, *, task: Task | None = None, because: str = ""
) -> StepRun:
    return fresh(
        StepRun,
        organization_id=due.enrollment.organization_id,
        enrollment=due.enrollment,
        generation=due.enrollment.generation,
        order=due.step.order if due.step else 0,
        message=message,
        task=task,
        skipped_because=because[:255],
        planned_at=now,
    )


def _decision(due: Due, step: Step, now: dt.datetime) -> ContactDecision:
    return contactability.decision(
        due.enrollment.lead, step.channel, due.verdict, purpose=purpose(due.enrollment, step), now=now
    )


def _facts(due: Due, outcome: Outcome, now: dt.datetime) -> list[Event]:
    """What others may want to hear: a step skipped, a sequence at its end."""
    enrollment = due.enrollment
    happened = []
    if outcome.fate is Fate.SKIP and due.step:
        happened.append(("sequence.step_skipped", {"step": due.step.order, "reason": outcome.words}))
    if outcome.fate is Fate.CANCEL:
        happened.append(("sequence.cancelled", {"reason": outcome.words}))
    if enrollment.status == EnrollmentStatus.COMPLETED:
        happened.append(("sequence.completed", {}))
    return [
        events.fact(
            name,
            organization=enrollment.organization_id,
            lead_id=enrollment.lead_id,
            by=Actor.sequence(enrollment.sequence.name),
            now=now,
            sequence=enrollment.sequence.public_id,
            sequence_name=enrollment.sequence.name,
            enrollment=enrollment.pk,
            **data,
        )
        for name, data in happened
    ]
