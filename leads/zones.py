"""In which time zones and states somebody may be. Where several are possible, all of them count."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from leads import contact
from leads.models import Lead

_EASTERN, _CENTRAL = "America/New_York", "America/Chicago"
_MOUNTAIN, _PACIFIC = "America/Denver", "America/Los_Angeles"

#: US states by postal code. States that two zones divide have both. Source: 49 CFR Part 71, read 2026-11.
STATE_ZONES: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(
        ("CT", "DC", "DE", "GA", "MA", "MD", "ME", "NC", "NH", "NJ", "NY", "OH", "PA", "RI", "SC", "VA", "VT", "WV"),
        (_EASTERN,),
    ),
    **dict.fromkeys(("AL", "AR", "IA", "IL", "LA", "MN", "MO", "MS", "OK", "WI"), (_CENTRAL,)),
    **dict.fromkeys(("CO", "MT", "NM", "UT", "WY"), (_MOUNTAIN,)),
    **dict.fromkeys(("CA", "WA"), (_PACIFIC,)),
    **dict.fromkeys(("FL", "IN", "KY", "MI", "TN"), (_EASTERN, _CENTRAL)),
    **dict.fromkeys(("KS", "ND", "NE", "SD", "TX"), (_CENTRAL, _MOUNTAIN)),
    "AK": ("America/Anchorage", "America/Adak"),
    "AZ": ("America/Phoenix", _MOUNTAIN),
    "HI": ("Pacific/Honolulu",),
    "ID": (_MOUNTAIN, _PACIFIC),
    "NV": (_PACIFIC, _MOUNTAIN),
    "OR": (_PACIFIC, _MOUNTAIN),
    "PR": ("America/Puerto_Rico",),
}
#: A number with so many possible zones belongs to no area.
_ANYWHERE = 10
_AREA_CODES = Path(__file__).parent / "data" / "area_codes.toml"


def zones_of(lead: Lead) -> tuple[str, ...]:
    """
    IANA names: the lead's own zone, else its state's, else its phone prefix's, else the organisation's.

    A toll-free number says nothing about where its owner is, so it maps to every zone of its country.
    """
    if lead.time_zone and is_zone(lead.time_zone):
        return (lead.time_zone,)
    if zones := STATE_ZONES.get(state_code(lead.state)):
        return zones
    if lead.phone_e164 and (zones := contact.zones_of_prefix(lead.phone_e164[:8])):
        return zones
    return (lead.organization.time_zone if is_zone(lead.organization.time_zone) else "UTC",)


def states_of(lead: Lead) -> frozenset[str]:
    """
    The US states whose rules count: that of the address and that of the area code, for either may be right.

    A North American number without an area of its own (toll-free) may be anywhere: all states count, or all in its
    own time zone when that is known.
    """
    number = lead.phone_e164 or ""
    by_area = _area_codes().get(number[2:5], "") if number.startswith("+1") else ""
    known = frozenset(filter(None, (state_code(lead.state), by_area)))
    if known or not number.startswith("+1") or len(contact.zones_of_prefix(number[:8])) < _ANYWHERE:
        return known
    return _states_in(lead.time_zone) or frozenset(STATE_ZONES)


def likely_state(state: str, phone_e164: str | None) -> str:
    """Two letters: the state of the address, else that of the area code; "" where neither says."""
    number = phone_e164 or ""
    return state_code(state) or (_area_codes().get(number[2:5], "") if number.startswith("+1") else "")


def state_code(given: str) -> str:
    """Two letters for "fl", "FL" and "Florida"; "" for anything else."""
    text = given.strip().casefold()
    return text.upper() if text.upper() in STATE_ZONES else _names().get(text, "")


@lru_cache(maxsize=64)
def _states_in(zone: str) -> frozenset[str]:
    return frozenset(state for state, zones in STATE_ZONES.items() if zone in zones)


@lru_cache(maxsize=1)
def _states() -> dict[str, dict[str, str]]:
    return tomllib.loads(_AREA_CODES.read_text("utf-8"))


@lru_cache(maxsize=1)
def _area_codes() -> dict[str, str]:
    return {code: state for state, row in _states().items() for code in row["codes"].split()}


@lru_cache(maxsize=1)
def _names() -> dict[str, str]:
    return {row["name"].casefold(): state for state, row in _states().items()}


@lru_cache(maxsize=1024)
def is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True
