"""In which time zones somebody may be. Where several are possible, all of them count."""

from __future__ import annotations

from functools import lru_cache
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


def zones_of(lead: Lead) -> tuple[str, ...]:
    """
    IANA names: the lead's own zone, else its state's, else its phone prefix's, else the organisation's.

    A toll-free number says nothing about where its owner is, so it maps to every zone of its country.
    """
    if lead.time_zone and is_zone(lead.time_zone):
        return (lead.time_zone,)
    if zones := STATE_ZONES.get(lead.state.strip().upper()):
        return zones
    if lead.phone_e164 and (zones := contact.zones_of_prefix(lead.phone_e164[:8])):
        return zones
    return (lead.organization.time_zone if is_zone(lead.organization.time_zone) else "UTC",)


@lru_cache(maxsize=1024)
def is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True
