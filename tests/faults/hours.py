"""
make chaos ARGS="hours --cases 100000 [--write]": no automated send in quiet hours, wherever and whenever.

Each case is a lead somewhere (a state, a zone, a number from anywhere, or nothing known), an instant, half of them
around a change of the clocks, and a channel. When the gate allows it, every clock that may be the lead's must say so.
"""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from crm.models import Organization
from leads import contact_hours, state_hours
from leads.models import Lead
from leads.verdicts import CALL, Ask
from leads.zones import STATE_ZONES, states_of, zones_of

FLOOR = dt.time(8), dt.time(21)
_CHANGES = [dt.datetime(2026, 3, 8, 7, tzinfo=dt.UTC), dt.datetime(2026, 11, 1, 6, tzinfo=dt.UTC)]
_YEAR = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
_PREFIXES = ("212", "312", "415", "602", "787", "808", "907", "615", "850", "800", "833", "941")


@dataclass(frozen=True, slots=True)
class Cases:
    seed: int
    cases: int
    allowed: int
    in_quiet_hours: int
    wrongly_deferred: int

    def __str__(self) -> str:
        return (
            f"{self.cases:,} leads and instants, seed {self.seed}: {self.allowed:,} allowed, "
            f"{self.in_quiet_hours} of them in quiet hours; {self.wrongly_deferred} put off to a closed hour"
        )


def try_many(count: int, seed: int, **settings: object) -> Cases:
    """settings: of the organisation, other than the usual ones."""
    dice = random.Random(seed)
    organization = Organization(**{"name": "Acme", "time_zone": "America/New_York"} | settings)
    allowed = wrong = deferred = 0
    for _ in range(count):
        ask, now = _ask(dice, organization), _instant(dice)
        verdict = contact_hours.judged(ask, now)
        if verdict.is_allowed:
            allowed += 1
            wrong += not is_open_everywhere(ask, now)
        elif "no hour is open" not in verdict.words:
            deferred += verdict.until is None or not is_open_everywhere(ask, verdict.until)
    return Cases(seed, count, allowed, wrong, deferred)


def is_open_everywhere(ask: Ask, moment: dt.datetime) -> bool:
    """By every clock that may be the lead's, within the floor and every law that may hold; looked at directly."""
    rules = [rule.hours for rule in state_hours.contact_hours().of(states_of(ask.lead), str(ask.channel))]
    for zone in zones_of(ask.lead):
        local = moment.astimezone(ZoneInfo(zone))
        if not FLOOR[0] <= local.time() < FLOOR[1]:
            return False
        for hours in rules:
            window = hours.on(local.date())
            if window is None or not window[0] <= local.time() < window[1]:
                return False
    return True


def _ask(dice: random.Random, organization: Organization) -> Ask:
    state = dice.choice([*STATE_ZONES, "", ""])
    zone = dice.choice([*STATE_ZONES[state], ""]) if state else ""
    phone = f"+1{dice.choice(_PREFIXES)}555{dice.randrange(10**4):04d}"
    lead = Lead(organization=organization, state=state, time_zone=zone, phone=phone, phone_e164=phone)
    return Ask(lead, dice.choice(["sms", CALL]))


def _instant(dice: random.Random) -> dt.datetime:
    if dice.random() < 0.5:
        return dice.choice(_CHANGES) + dt.timedelta(seconds=dice.randrange(-86_400, 86_400))
    return _YEAR + dt.timedelta(seconds=dice.randrange(3 * 365 * 86_400))
