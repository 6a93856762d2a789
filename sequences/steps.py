"""What becomes of one step that is due: said, skipped, put off, or the end. Only decided here, not written."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from leads.contactability import Ask, Kind, Rule, Verdict
from leads.models import Conversation, Lead, Message, MessageState, Task
from leads.models.message import PENDING
from sequences import timing
from sequences.models import Enrollment, Step, StepKind

#: Rules that end the follow-up; the other refusals concern this step alone.
ENDING = {Rule.GONE, Rule.OPT_OUT, Rule.DO_NOT_CALL, Rule.STATE}


class Fate(StrEnum):
    SAY = "planned"
    SKIP = "skipped"
    HOLD = "held"
    WAIT = "waiting"
    CANCEL = "cancelled"


@dataclass(frozen=True, slots=True)
class Due:
    """One enrollment whose time has come, with all that the decision needs. awaited: a task to be done before it."""

    enrollment: Enrollment
    step: Step | None
    following: Step | None
    previous: Message | None
    awaited: Task | None
    conversation: Conversation | None
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Outcome:
    fate: Fate
    words: str = ""
    until: dt.datetime | None = None
    is_gate: bool = False


def ask_of(lead: Lead, step: Step, *, asked_for: bool) -> Ask:
    """What the step asks of the gate. A task is no machine's word: it leads to a contact of the advisor's own."""
    return Ask(
        lead,
        step.channel,
        automated=step.kind != StepKind.TASK,
        by_ai=step.kind == StepKind.AI,
        asked_for=asked_for and step.order == 0,
        in_business_hours=step.in_business_hours,
    )


def decide(due: Due, now: dt.datetime) -> Outcome:
    """In this order: may it be said at all, has its time really come, is it still needed, may it be said now."""
    if due.enrollment.sequence.deleted_at is not None:
        return Outcome(Fate.CANCEL, "The sequence was deleted")
    if due.step is None:
        return Outcome(Fate.CANCEL, "The sequence has no such step")
    if due.verdict.kind is Kind.NEVER and due.verdict.rule in ENDING:
        return Outcome(Fate.CANCEL, due.verdict.words, is_gate=True)
    if outcome := _not_before_the_previous(due, due.step, now):
        return outcome
    if outcome := _not_before_it_is_done(due, due.step, now):
        return outcome
    if due.step.skip_if_replied and _has_replied(due):
        return Outcome(Fate.SKIP, "The borrower replied")
    if due.verdict.kind is Kind.NEVER and due.step.kind != StepKind.TASK:
        return Outcome(Fate.SKIP, due.verdict.words, is_gate=True)
    if due.verdict.until is not None:
        return Outcome(Fate.HOLD, due.verdict.words, due.verdict.until, is_gate=True)
    return Outcome(Fate.SAY)


def _not_before_the_previous(due: Due, step: Step, now: dt.datetime) -> Outcome | None:
    if due.previous is None:
        return None
    if due.previous.state == MessageState.APPROVAL:
        return Outcome(Fate.WAIT, "The message before it awaits approval", now + timing.UNTIL_DONE)
    if due.previous.state in PENDING:
        until = timing.look_again(now, delay_hours=step.delay_hours, previous_not_before=due.previous.not_before)
        return Outcome(Fate.WAIT, "The message before it has not gone out yet", until)
    until_then = timing.postponed(now, delay_hours=step.delay_hours, previous_sent_at=due.previous.sent_at)
    return Outcome(Fate.WAIT, "The message before it went out later than planned", until_then) if until_then else None


def _not_before_it_is_done(due: Due, step: Step, now: dt.datetime) -> Outcome | None:
    task = due.awaited
    if task is None:
        return None
    if task.is_open:
        return Outcome(Fate.WAIT, f"Waits until “{task.title}” is done", now + timing.UNTIL_DONE)
    until = timing.postponed(now, delay_hours=step.delay_hours, previous_sent_at=task.closed_at)
    return Outcome(Fate.WAIT, "The task before it was done later than planned", until) if until else None


def _has_replied(due: Due) -> bool:
    replied = due.conversation.last_inbound_at if due.conversation else None
    return replied is not None and replied > due.enrollment.started_at
