"""A dry run: what a lead would get from these steps, when, and why not, if it started now and never answered."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from leads.models import Lead
from leads.outlook import Outlook
from leads.verdicts import Ask, Kind, Verdict
from sequences import timing
from sequences.models import Step
from sequences.steps import ENDING, Fate, ask_of

#: A step that is put off again and again has no foreseeable time.
_MOST_DEFERRALS = 8


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """
    One step: when it would come and what would become of it (SAY, HOLD, SKIP or CANCEL), in words.

    HOLD: it is said at that time, later than planned. No step follows a CANCEL.
    """

    step: Step
    at: dt.datetime
    fate: Fate
    words: str


def rehearse(lead: Lead, steps: Sequence[Step], *, now: dt.datetime) -> list[Rehearsed]:
    """Writes nothing, and asks the gate as the engine would. A fixed number of statements."""
    asks = [ask_of(lead, step, asked_for=True) for step in steps]
    outlook = Outlook(asks, now)
    line: list[Rehearsed] = []
    at = now
    for step, ask in zip(steps, asks, strict=True):
        rehearsed = _foresee(step, ask, timing.after(at, step.delay_hours), outlook)
        line.append(rehearsed)
        at = rehearsed.at
        if rehearsed.fate is Fate.CANCEL:
            break
        if rehearsed.fate is not Fate.SKIP and ask.automated:
            outlook.suppose_contact(ask, at)
    return line


def _foresee(step: Step, ask: Ask, planned: dt.datetime, outlook: Outlook) -> Rehearsed:
    at = planned
    reasons: list[str] = []
    for _attempt in range(_MOST_DEFERRALS):
        verdict = outlook.verdict(ask, at)
        if verdict.kind is Kind.NEVER and (ask.automated or verdict.rule in ENDING):
            return Rehearsed(step, at, _refused(verdict), verdict.words)
        if verdict.until is None:
            words = reasons[0] if reasons else verdict.words if ask.automated else _("A task for the advisor.")
            return Rehearsed(step, at, Fate.HOLD if reasons else Fate.SAY, words)
        at = verdict.until
        reasons.append(verdict.words)
    return Rehearsed(step, at, Fate.CANCEL, _("It waits for a person: %(why)s") % {"why": reasons[0]})


def _refused(verdict: Verdict) -> Fate:
    return Fate.CANCEL if verdict.rule in ENDING else Fate.SKIP
