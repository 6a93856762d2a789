"""When an organisation's own office is open: for steps that want somebody to be there when the answer comes."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from crm.models import Organization
from leads.quiet_hours import Clock, Hours, Window, first_common
from leads.zones import is_zone


def office_clock(organization: Organization) -> Clock:
    """Its hours by its own clock; closed on federal holidays."""
    window: Window = organization.business_from, organization.business_until
    week = tuple(window if str(day) in organization.business_days else None for day in range(1, 8))
    zone = organization.time_zone
    return zone if is_zone(zone) else "UTC", Hours(week, holidays=None)


def next_opening(organization: Organization, moment: dt.datetime) -> dt.datetime | None:
    """The first moment from the given one on at which the office is open; None when it never is."""
    opening = first_common(moment, [office_clock(organization)])
    return opening[0] if opening else None


def in_words(organization: Organization, opening: dt.datetime) -> str:
    """ "Outside business hours: Acme Lending is open from Mon 09:00"."""
    local = opening.astimezone(ZoneInfo(office_clock(organization)[0]))
    return f"Outside business hours: {organization.name} is open from {local:%a %H:%M}."
