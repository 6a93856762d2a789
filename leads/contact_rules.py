"""The gate's rules, each a small function, in the order in which they are asked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from leads import consents, contact_caps, contact_hours
from leads.consents import Consented
from leads.contact_caps import Contacts
from leads.models import Channel, DoNotCall, Slot, Suppression
from leads.takeover import Pause
from leads.verdicts import Ask, Kind, Rule, Verdict

#: How soon a message that waits for a person's decision looks again.
_ASK_AGAIN = dt.timedelta(hours=1)


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """An ask with all that is known about it."""

    ask: Ask
    now: dt.datetime
    suppressed: DoNotCall | None
    contacts: Contacts
    consented: Consented
    pause: Pause | None


def judge(case: Case) -> Verdict:
    """The first rule that refuses or defers decides; when none does, the hours do."""
    for rule in (*_ALWAYS, *(_AUTOMATED if case.ask.automated else ()), _out_of_office):
        if verdict := rule(case):
            return verdict
    return contact_hours.judged(case.ask, case.now)


def _gone(case: Case) -> Verdict | None:
    return Verdict(Kind.NEVER, Rule.GONE, "This lead was deleted.") if case.ask.lead.deleted_at else None


def _opted_out(case: Case) -> Verdict | None:
    entry = case.suppressed
    if entry is None or entry.kind != Suppression.OPT_OUT:
        return None
    since = {"since": entry.created_at.isoformat(), "reason": entry.reason}
    return Verdict(Kind.NEVER, Rule.OPT_OUT, f"Opted out on {entry.created_at:%-d %b %Y}.", inputs=since)


def _do_not_call(case: Case) -> Verdict | None:
    entry, lead = case.suppressed, case.ask.lead
    listed = entry if entry and entry.kind == Suppression.DO_NOT_CALL else None
    if not (listed or lead.is_do_not_call):
        return None
    reason = (listed.reason if listed else "") or lead.dnc_reason
    words = f"On the do-not-call list: {reason}" if reason else "On the do-not-call list."
    return Verdict(Kind.NEVER, Rule.DO_NOT_CALL, words, inputs={"reason": reason})


def _wrong_number(case: Case) -> Verdict | None:
    entry = case.suppressed
    if entry is None or entry.kind != Suppression.WRONG_NUMBER:
        return None
    words = f"Wrong number, as found out on {entry.created_at:%-d %b %Y}."
    return Verdict(Kind.NEVER, Rule.WRONG_NUMBER, words, inputs={"since": entry.created_at.isoformat()})


def _unreachable(case: Case) -> Verdict | None:
    if case.ask.address:
        return None
    what = "e-mail address" if case.ask.channel == Channel.EMAIL else "phone number that can be dialled"
    return Verdict(Kind.NEVER, Rule.NO_ADDRESS, f"There is no {what}.")


def _over(case: Case) -> Verdict | None:
    stage = case.ask.lead.stage
    if stage.slot not in (Slot.CONVERTED, Slot.LOST):
        return None
    words = f"No automated messages in {stage.label}."
    return Verdict(Kind.NEVER, Rule.STATE, words, inputs={"stage": stage.label, "slot": stage.slot})


def _without_consent(case: Case) -> Verdict | None:
    lead = case.ask.lead
    if not consents.is_demanded(lead):
        return None
    if (lead.organization_id, case.ask.address, str(case.ask.channel)) in case.consented:
        return None
    return Verdict(Kind.NEVER, Rule.CONSENT, "No consent is on record.", inputs={"address": case.ask.address})


def _suspected(case: Case) -> Verdict | None:
    pause = case.pause
    if pause is None or pause.suspected_at is None:
        return None
    words = "They may have asked to stop; an advisor has to say whether they did."
    since = {"since": pause.suspected_at.isoformat()}
    return Verdict(Kind.LATER, Rule.SUSPECTED, words, until=case.now + _ASK_AGAIN, inputs=since)


def _taken_over(case: Case) -> Verdict | None:
    until = case.pause.ai_until if case.pause else None
    if not case.ask.by_ai or until is None or until <= case.now:
        return None
    words = "An advisor has the conversation; the AI keeps silent until it is given back."
    opening = contact_hours.opening_after(case.ask, until)
    return Verdict(Kind.LATER, Rule.TAKE_OVER, words, until=opening, inputs={"paused_until": until.isoformat()})


def _too_often(case: Case) -> Verdict | None:
    return contact_caps.judged(case.ask, case.now, case.contacts)


def _out_of_office(case: Case) -> Verdict | None:
    return contact_hours.outside_business_hours(case.ask, case.now)


type _Rule = Callable[[Case], Verdict | None]

#: Whoever wants to say it.
_ALWAYS: tuple[_Rule, ...] = (_gone, _opted_out, _do_not_call, _wrong_number, _unreachable)
#: What a machine says of its own accord.
_AUTOMATED: tuple[_Rule, ...] = (_over, _without_consent, _suspected, _taken_over, _too_often)
