"""The rules of hours: texts and calls keep to the recipient's day, and some steps to the organisation's as well."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from leads import business_hours, state_hours
from leads.models import Channel
from leads.quiet_hours import Clock, Hours, closing, first_common, next_opening
from leads.verdicts import Ask, Kind, Rule, Verdict
from leads.zones import states_of, zones_of

_LOOK_AGAIN = dt.timedelta(hours=24)


def judged(ask: Ask, now: dt.datetime) -> Verdict:
    """
    Allowed with its closing time, or later with its opening. E-mail does not ring and has no hours.

    To advisors' own words a closed hour is a warning: the verdict is allowed, with the rule quiet_hours.
    """
    if not _has_hours(ask):
        return Verdict(Kind.ALLOWED, Rule.OPEN, "Can be contacted now.")
    hours, zones = _hours_of(ask), zones_of(ask.lead)
    opening = next_opening(now, zones, hours)
    if opening is None:
        words = "Quiet hours: no hour is open everywhere this number may be. Its state or time zone would help."
        return _closed(ask, words, now + _LOOK_AGAIN, _inputs(ask, zones))
    moment, zone = opening
    if moment <= now:
        return _open(ask, now, zones, hours)
    local, opens = now.astimezone(ZoneInfo(zone)), _opens(moment, now, zone)
    words = f"Quiet hours: it is {local:%H:%M} in {_place(zone)}, opens {opens} their time{_clock(zone)}."
    return _closed(ask, words, moment, _inputs(ask, zones) | {"opens": opens, "local": f"{local:%H:%M}"})


def opening_after(ask: Ask, moment: dt.datetime) -> dt.datetime:
    """The first moment from the given one on that no rule of hours forbids."""
    opening = first_common(moment, _clocks(ask))
    return opening[0] if opening else moment


def outside_business_hours(ask: Ask, now: dt.datetime) -> Verdict | None:
    """Later, when the office is closed now, or will be when the recipient's day begins."""
    if not ask.in_business_hours:
        return None
    organization = ask.lead.organization
    theirs = first_common(now, _clocks(ask)[1:])
    office_opens = business_hours.next_opening(organization, theirs[0] if theirs else now)
    if theirs and office_opens == theirs[0]:
        return None
    opening = first_common(now, _clocks(ask))
    office = f"{organization.business_from:%H:%M}-{organization.business_until:%H:%M}"
    inputs = {"office": office, "days": organization.business_days, "zone": organization.time_zone}
    if opening is None or office_opens is None:
        words = "Outside business hours, which never meet the hours in which this person may be contacted."
        return Verdict(Kind.LATER, Rule.BUSINESS_HOURS, words, until=now + _LOOK_AGAIN, inputs=inputs)
    words = business_hours.in_words(organization, office_opens)
    return Verdict(Kind.LATER, Rule.BUSINESS_HOURS, words, until=opening[0], inputs=inputs)


def _clocks(ask: Ask) -> list[Clock]:
    """All that must be open: the office first, when it matters, then each zone in which the recipient may be."""
    clocks = [business_hours.office_clock(ask.lead.organization)] if ask.in_business_hours else []
    if ask.automated and _has_hours(ask):
        clocks += [(zone, _hours_of(ask)) for zone in zones_of(ask.lead)]
    return clocks


def _has_hours(ask: Ask) -> bool:
    return ask.lead.organization.quiet_hours and ask.channel != Channel.EMAIL


def _hours_of(ask: Ask) -> Hours:
    organization = ask.lead.organization
    states = states_of(ask.lead)
    return state_hours.hours_for(states, str(ask.channel), organization.contact_from, organization.contact_until)


def _open(ask: Ask, now: dt.datetime, zones: tuple[str, ...], hours: Hours) -> Verdict:
    end, zone = closing(now, zones, hours)
    there = ZoneInfo(zone)
    closes = f"{end.astimezone(there):%H:%M}"
    inputs = _inputs(ask, zones) | {"closes": closes, "local": f"{now.astimezone(there):%H:%M}"}
    return Verdict(Kind.ALLOWED, Rule.OPEN, f"Can be contacted until {closes}, their time.", inputs=inputs)


def _closed(ask: Ask, words: str, until: dt.datetime, inputs: dict[str, object]) -> Verdict:
    if not ask.automated:
        return Verdict(Kind.ALLOWED, Rule.QUIET_HOURS, words, inputs=inputs)
    return Verdict(Kind.LATER, Rule.QUIET_HOURS, words, until=until, inputs=inputs)


def _inputs(ask: Ask, zones: tuple[str, ...]) -> dict[str, object]:
    organization = ask.lead.organization
    window = f"{organization.contact_from:%H:%M}-{organization.contact_until:%H:%M}"
    laws = state_hours.citations(states_of(ask.lead), str(ask.channel))
    inputs: dict[str, object] = {"zones": list(zones), "window": window}
    return inputs | {"laws": laws} if laws else inputs


def _opens(moment: dt.datetime, now: dt.datetime, zone: str) -> str:
    """ "08:00"; with its day when that is neither today nor tomorrow."""
    there = ZoneInfo(zone)
    opening, local = moment.astimezone(there), now.astimezone(there)
    return f"{opening:%H:%M}" if (opening.date() - local.date()).days < 2 else f"{opening:%a %H:%M}"


def _place(zone: str) -> str:
    return zone.rsplit("/", 1)[-1].replace("_", " ")


#: What people call the clocks of these zones, summer and winter alike.
_CLOCKS = {
    "America/New_York": "ET",
    "America/Chicago": "CT",
    "America/Denver": "MT",
    "America/Los_Angeles": "PT",
    "America/Anchorage": "AKT",
    "Pacific/Honolulu": "HT",
}


def _clock(zone: str) -> str:
    return f" ({_CLOCKS[zone]})" if zone in _CLOCKS else ""
