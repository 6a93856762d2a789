"""Calls are placed when the gate says so, each once. How they ended: leads/call_log.py."""

from __future__ import annotations

import datetime as dt
from copy import copy

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from crm.models import Advisor
from leads import contact_caps, contact_hours, contactability, ledger, queue_work
from leads.errors import Changed, DomainError, InvalidValue
from leads.models import Call, Lead
from leads.takeover import pauses
from leads.verdicts import ANYWAY, CALL, Ask, Kind, Rule, Verdict

PURPOSE = "a call"
#: Who presses Call again within this time means the same call.
_STILL_THE_SAME = dt.timedelta(hours=1)
#: What they said counts whichever of their numbers is dialled.
_OF_THE_PERSON = (Rule.GONE, Rule.OPT_OUT, Rule.DO_NOT_CALL)
_LOADED = ("lead__stage", "lead__organization", "lead__advisor__user", "lead__conversation")


class CallRefused(DomainError):
    """The gate refuses. may_insist: not for good, so that an advisor may write down why they call all the same."""

    code = "call_refused"

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(verdict.words)
        self.verdict = verdict
        self.may_insist = verdict.kind is Kind.LATER


def gate(lead: Lead, now: dt.datetime, *, number: str = "") -> Verdict:
    """
    May an advisor dial this lead by hand now, or another number of theirs? Five statements at most.

    What forbids every contact forbids the call, and so does what was said on their own number. Hours, those of the
    number, caps and a suspected STOP say later, and an advisor may insist.
    """
    there, by_machine = _with_number(lead, number), Ask(lead, CALL)
    asks = [Ask(there, CALL, automated=False), Ask(lead, CALL, automated=False)]
    verdict, of_person = contactability.answer(asks, now)
    if of_person.rule in _OF_THE_PERSON:
        return of_person
    if verdict.rule is Rule.QUIET_HOURS:
        opening = contact_hours.opening_after(Ask(there, CALL), now)
        return Verdict(Kind.LATER, verdict.rule, verdict.words, opening if opening > now else None, verdict.inputs)
    if not verdict.is_allowed:
        return verdict
    pause = pauses([by_machine], now).get((lead.organization_id, lead.address))
    if pause and pause.suspected_at:
        words = "They may have asked to stop, and nobody has said yet whether they did."
        return Verdict(Kind.LATER, Rule.SUSPECTED, words, inputs={"since": pause.suspected_at.isoformat()})
    return contact_caps.judged(by_machine, now, contact_caps.recent_contacts([by_machine], now)) or verdict


def _with_number(lead: Lead, number: str) -> Lead:
    """The lead as the gate should see it when this number is dialled; never saved."""
    there = copy(lead)
    there.phone_e164 = number or lead.phone_e164
    return there


def place(lead: Lead, *, by: Advisor, now: dt.datetime, number: str = "", why_anyway: str = "") -> Call:
    """
    The advisor has the lead, and a call with it is open; the same one, when they have begun one just now.

    number: one of lead.other_numbers, instead of its own. Raises InvalidValue for any other, Taken when a colleague has
    the lead, and CallRefused, which is on the ledger then.
    """
    number = number or lead.phone_e164 or ""
    if number not in (lead.phone_e164 or "", *lead.other_numbers):
        raise InvalidValue(_("This number is not theirs any more."), field="number")
    try:
        return _placed(lead, number, by, now, why_anyway.strip()[:255])
    except CallRefused as refused:
        there = _with_number(lead, number)
        ledger.write([contactability.decision(there, CALL, refused.verdict, purpose=PURPOSE, now=now)])
        raise


@transaction.atomic
def _placed(lead: Lead, number: str, by: Advisor, now: dt.datetime, why_anyway: str) -> Call:
    _hold(lead)
    _refuse_second_voice(lead, by, now)
    verdict, known = gate(lead, now, number=number), _under_way(lead, by, now, number)
    is_later = verdict.kind is Kind.LATER
    if verdict.kind is Kind.NEVER or (is_later and not (why_anyway or known)):
        raise CallRefused(verdict)
    queue_work.claim(lead, by=by, now=now)
    if known:
        return known
    if is_later:
        _write_down_why(_with_number(lead, number), verdict, why_anyway, by, now)
    return _begin(lead, by, now, number=number, why_anyway=why_anyway if is_later else "")


@transaction.atomic
def note_down(lead: Lead, *, is_inbound: bool, by: Advisor, now: dt.datetime) -> Call:
    """A call that came in, or was made without us: open, to be logged. The gate has no say in what has happened."""
    _hold(lead)
    return _under_way(lead, by, now) or _begin(lead, by, now, is_inbound=is_inbound)


@transaction.atomic
def withdraw(call: Call, *, by: Advisor, keeps_lead: bool = False) -> bool:
    """There was no call after all, and others may have the lead. False when it was logged meanwhile."""
    gone = Call.objects.filter(pk=call.pk, advisor=by, is_open=True).delete()[0]
    if gone and not keeps_lead:
        queue_work.let_go(call.lead, by=by)
    return bool(gone)


def open_call(lead: Lead, by: Advisor) -> Call | None:
    """The advisor's call with this lead that has still to be logged."""
    return Call.objects.filter(lead=lead, advisor=by, is_open=True).select_related("advisor__user").first()


def open_call_of(by: Advisor) -> Call | None:
    """The newest call that the advisor has still to log, with its lead."""
    mine = Call.objects.filter(advisor=by, is_open=True, lead__in=Lead.objects.visible_to(by))
    return mine.select_related(*_LOADED).order_by("-started_at").first()


def _under_way(lead: Lead, by: Advisor, now: dt.datetime, number: str = "") -> Call | None:
    """
    The call that they have begun just now. One of before, or to another number, that was never logged is left behind
    as it is.
    """
    known = open_call(lead, by)
    if known is None or (now - known.started_at < _STILL_THE_SAME and number in ("", known.phone)):
        return known
    Call.objects.filter(pk=known.pk).update(is_open=False)
    return None


def on_the_phone(now: dt.datetime) -> QuerySet[Call]:
    """Calls that go on for all we know: nobody else rings there meanwhile, however long they talk."""
    return Call.objects.filter(is_open=True, started_at__gt=now - _STILL_THE_SAME)


def _refuse_second_voice(lead: Lead, by: Advisor, now: dt.datetime) -> None:
    others = on_the_phone(now).filter(lead=lead).exclude(advisor=by).select_related("advisor__user")
    if (other := others.first()) and other.advisor:
        raise queue_work.Taken(_("%(name)s is on the phone with them.") % {"name": other.advisor.name})


def _hold(lead: Lead) -> None:
    """One after another: two clicks are one call, and a lead that goes away has none."""
    if not Lead.objects.select_for_update(no_key=True).live().filter(pk=lead.pk).exists():
        raise Changed(_("This lead was deleted meanwhile."))


def _begin(
    lead: Lead, by: Advisor, now: dt.datetime, *, number: str = "", is_inbound: bool = False, why_anyway: str = ""
) -> Call:
    return Call.objects.create(
        organization_id=lead.organization_id,
        lead=lead,
        advisor=by,
        is_inbound=is_inbound,
        phone=number or lead.phone_e164 or lead.phone,
        started_at=now,
        is_open=True,
        why_anyway=why_anyway,
    )


def _write_down_why(lead: Lead, verdict: Verdict, why: str, by: Advisor, now: dt.datetime) -> None:
    row = contactability.decision(lead, CALL, verdict, purpose=PURPOSE, now=now)
    row.verdict, row.until = ANYWAY, None
    row.inputs = {**verdict.inputs, "said": verdict.words, "why": why, "by": by.name}
    row.words = f"{by.name} called all the same: {why}"[:255]
    row.save()
