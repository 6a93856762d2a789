"""What the panel of a call shows: who, which number, how long, what to say, and how it may end."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from crm.models import Advisor
from leads import calling, contact, dial_links, dispositions, stages
from leads.call_forms import CallForm
from leads.lights import Light, light_of
from leads.models import Call, Lead, StageRule
from leads.verdicts import Kind, Verdict

_MORNING, _AFTERNOON = 9, 14


def of_call(
    call: Call, lead: Lead, now: dt.datetime, *, form: CallForm | None = None, asks: str = "", dials: bool = False
) -> dict[str, Any]:
    """An open call, to be logged. dials: it was placed by this very click. Three statements."""
    template = lead.organization.click_to_call
    number = call.phone if call.phone.startswith("+") else ""
    light = light_of(calling.gate(lead, now, number=number), now)
    return {
        "call": call,
        "lead": lead,
        "number": contact.national(call.phone),
        "dial_url": dial_links.address_of(template, number) if number and not call.is_inbound else "",
        "dials_web": dial_links.is_web(template),
        "dials_now": dials,
        "script": script_for(lead, call.advisor),
        "dispositions": list(dispositions.of(lead.organization_id)),
        "stages": list(stages.stages_of(lead.organization)),
        "call_light": light,
        "call_form": form or CallForm(lead=lead),
        "asks_reason": asks == StageRule.LOST_REASON,
        "asks_amount": asks == StageRule.FUNDED_AMOUNT,
        "picks": picks(now),
        "seconds": max(0, int((now - call.started_at).total_seconds())),
    }


def of_refusal(lead: Lead, verdict: Verdict, now: dt.datetime, *, number: str = "", why: str = "") -> dict[str, Any]:
    """Why no call was placed, with their local time, and whether one may insist."""
    return {
        "lead": lead,
        "refused": verdict,
        "refused_light": light_of(verdict, now),
        "may_insist": verdict.kind is Kind.LATER,
        "refused_number": number,
        "why": why,
    }


def light_for(lead: Lead, now: dt.datetime) -> Light:
    return light_of(calling.gate(lead, now), now)


def script_for(lead: Lead, advisor: Advisor | None) -> str:
    """The organisation's script with the names put in; what is not known is said as "there"."""
    first = lead.first_name or lead.name.partition(" ")[0]
    names = {
        "{first_name}": first or _("there"),
        "{business_name}": lead.business_name or _("your business"),
        "{advisor}": advisor.name if advisor else "",
    }
    text = lead.organization.call_script
    for name, value in names.items():
        text = text.replace(name, value)
    return text


def picks(now: dt.datetime) -> list[tuple[str, str]]:
    """Times to call back that are often meant: words, and the value for the field."""
    local = timezone.localtime(now).replace(second=0, microsecond=0)
    soon = local + dt.timedelta(hours=1)
    days = [local + dt.timedelta(days=1), local + dt.timedelta(days=7)]
    times = [(_("In an hour"), soon)]
    for hour in (_MORNING, _AFTERNOON):
        times.append((_("Tomorrow %(time)s") % {"time": f"{hour}:00"}, days[0].replace(hour=hour, minute=0)))
    next_week = days[1].replace(hour=_MORNING, minute=0)
    times.append((date_format(next_week, "D j M, G:i"), next_week))
    return [(words, f"{at:%Y-%m-%dT%H:%M}") for words, at in times]
