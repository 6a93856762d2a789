"""The contactability light of a page: a verdict in a colour, a shape and few words."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.wording import spoken
from leads.contactability import Kind, Rule, Verdict
from leads.timeline_entries import moment

#: The rules by name, as they stand beside a refusal.
RULES: dict[str, Any] = {
    Rule.OPEN: gettext_lazy("open"),
    Rule.GONE: gettext_lazy("gone"),
    Rule.NO_ADDRESS: gettext_lazy("no address"),
    Rule.OPT_OUT: gettext_lazy("opt out"),
    Rule.DO_NOT_CALL: gettext_lazy("do not call"),
    Rule.WRONG_NUMBER: gettext_lazy("wrong number"),
    Rule.STATE: gettext_lazy("state"),
    Rule.CONSENT: gettext_lazy("consent"),
    Rule.SUSPECTED: gettext_lazy("suspected opt out"),
    Rule.TAKE_OVER: gettext_lazy("take over"),
    Rule.CAP: gettext_lazy("cap"),
    Rule.BUSINESS_HOURS: gettext_lazy("business hours"),
    Rule.QUIET_HOURS: gettext_lazy("quiet hours"),
}
_NEVER = {
    Rule.OPT_OUT: gettext_lazy("Opted out"),
    Rule.DO_NOT_CALL: gettext_lazy("Do not call"),
    Rule.WRONG_NUMBER: gettext_lazy("Wrong number"),
    Rule.NO_ADDRESS: gettext_lazy("Can't be reached here"),
    Rule.STATE: gettext_lazy("Follow-up is over"),
    Rule.CONSENT: gettext_lazy("No consent on record"),
    Rule.GONE: gettext_lazy("Deleted"),
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
        return Light("never", str(_NEVER.get(verdict.rule, _("Not now"))), "", spoken(verdict.words), verdict.rule)
    if verdict.rule is Rule.QUIET_HOURS:
        return Light(
            "later",
            _("Quiet until %(opens)s") % {"opens": spoken(str(inputs.get("opens", "")))},
            aside,
            spoken(verdict.words),
            verdict.rule,
        )
    if verdict.until is not None:
        return Light(
            "later",
            _("Follow-up waits until %(when)s") % {"when": moment(verdict.until, now)},
            "",
            spoken(verdict.words),
            verdict.rule,
        )
    closes = inputs.get("closes")
    return Light(
        "open",
        _("Open until %(closes)s") % {"closes": closes} if closes else _("Open now"),
        aside,
        spoken(verdict.words),
        verdict.rule,
    )


def _their_time(zones: object, now: dt.datetime, deciding: object) -> str:
    """The time in the zone that decided; somebody may live in several for all we know."""
    if not isinstance(zones, list) or not zones:
        return ""
    times = {str(zone): f"{now.astimezone(ZoneInfo(zone)):%H:%M}" for zone in zones}
    zone = next((zone for zone, time in times.items() if time == deciding), str(zones[0]))
    place = zone.rsplit("/", 1)[-1].replace("_", " ")
    return _("%(time)s in %(place)s") % {"time": times[zone], "place": place}
