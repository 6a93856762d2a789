"""The contactability light of a page: a verdict in a colour, a shape and few words."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from leads.contactability import Kind, Rule, Verdict
from leads.timeline_entries import moment

_NEVER = {
    Rule.OPT_OUT: "Opted out",
    Rule.DO_NOT_CALL: "Do not call",
    Rule.WRONG_NUMBER: "Wrong number",
    Rule.NO_ADDRESS: "Can't be reached here",
    Rule.STATE: "Follow-up is over",
    Rule.CONSENT: "No consent on record",
    Rule.GONE: "Deleted",
}


@dataclass(frozen=True, slots=True)
class Light:
    """shape is open, later or never; label the few words, aside what may stand beside them, words the whole rule."""

    shape: str
    label: str
    aside: str
    words: str
    rule: str


def light_of(verdict: Verdict, now: dt.datetime) -> Light:
    inputs = verdict.inputs
    aside = _their_time(inputs.get("zones"), now, inputs.get("local"))
    if verdict.kind is Kind.NEVER:
        return Light("never", _NEVER.get(verdict.rule, "Not now"), "", verdict.words, verdict.rule)
    if verdict.rule is Rule.QUIET_HOURS:
        return Light("later", f"Quiet until {inputs.get('opens', '')}", aside, verdict.words, verdict.rule)
    if verdict.until is not None:
        return Light("later", f"Follow-up waits until {moment(verdict.until, now)}", "", verdict.words, verdict.rule)
    closes = inputs.get("closes")
    return Light("open", f"Open until {closes}" if closes else "Open now", aside, verdict.words, verdict.rule)


def _their_time(zones: object, now: dt.datetime, deciding: object) -> str:
    """The time in the zone that decided; somebody may live in several for all we know."""
    if not isinstance(zones, list) or not zones:
        return ""
    times = {str(zone): f"{now.astimezone(ZoneInfo(zone)):%H:%M}" for zone in zones}
    zone = next((zone for zone, time in times.items() if time == deciding), str(zones[0]))
    return f"{times[zone]} in {zone.rsplit('/', 1)[-1].replace('_', ' ')}"
