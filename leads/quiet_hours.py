"""When a person's day begins and ends, wherever they may be. Pure reckoning with times."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from zoneinfo import ZoneInfo


def next_opening(
    now: dt.datetime, zones: Sequence[str], *, opens: dt.time, closes: dt.time
) -> tuple[dt.datetime, str] | None:
    """
    The first moment from now on at which it is between opens and closes (local time) in all the zones.

    Returns that moment and the zone that was waited for longest; the moment is now when all are open already. None
    when the zones lie so far apart that their days never meet.
    """
    moment, waited_for = now, zones[0]
    for _ in range(4 * len(zones) + 4):
        latest, zone = max((_opening(moment, zone, opens, closes), zone) for zone in zones)
        if latest == moment:
            return moment, waited_for
        moment, waited_for = latest, zone
    return None


def _opening(moment: dt.datetime, zone: str, opens: dt.time, closes: dt.time) -> dt.datetime:
    """The first moment from the given one on at which this one zone is open."""
    tz = ZoneInfo(zone)
    local = moment.astimezone(tz)
    if opens <= local.time() < closes:
        return moment
    day = local.date() if local.time() < opens else local.date() + dt.timedelta(days=1)
    return dt.datetime.combine(day, opens, tzinfo=tz).astimezone(dt.UTC)
