"""When a person's day begins and ends, wherever they may be. Pure reckoning with times."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from zoneinfo import ZoneInfo

from leads.holidays import is_holiday

#: From when until when somebody may be contacted on a day; None: not at all.
type Window = tuple[dt.time, dt.time] | None

_DAY = dt.timedelta(days=1)
#: Nothing is closed for so long; hours that have not met by then never do.
_HORIZON = 8 * _DAY


@dataclass(frozen=True, slots=True)
class Hours:
    """The window of each day of the week, Monday first, and what is left of it on a holiday."""

    week: tuple[Window, ...]
    holidays: Window

    @classmethod
    def daily(cls, opens: dt.time, closes: dt.time) -> Hours:
        return cls(((opens, closes),) * 7, (opens, closes))

    def on(self, day: dt.date) -> Window:
        window = self.week[day.weekday()]
        return overlap(window, self.holidays) if is_holiday(day) else window

    def __and__(self, other: Hours) -> Hours:
        """Open only where both are."""
        week = tuple(overlap(one, two) for one, two in zip(self.week, other.week, strict=True))
        return Hours(week, overlap(self.holidays, other.holidays))


#: Somebody's hours, by the clock of an IANA zone.
type Clock = tuple[str, Hours]


def overlap(one: Window, two: Window) -> Window:
    if one is None or two is None:
        return None
    opens, closes = max(one[0], two[0]), min(one[1], two[1])
    return (opens, closes) if opens < closes else None


def next_opening(now: dt.datetime, zones: Sequence[str], hours: Hours) -> tuple[dt.datetime, str] | None:
    """
    The first moment from now on that lies within the hours in all the zones, each by its own clock.

    Returns that moment and the zone that was waited for longest; the moment is now when all are open already. None
    when the hours are so few, or the zones so far apart, that they never meet.
    """
    opening = first_common(now, [(zone, hours) for zone in zones])
    return (opening[0], opening[1] or zones[0]) if opening else None


def first_common(now: dt.datetime, clocks: Sequence[Clock]) -> tuple[dt.datetime, str] | None:
    """The first moment from now on at which all these clocks are open, and the zone waited for last ("": none)."""
    moment, waited_for = now, ""
    while moment <= now + _HORIZON:
        openings = [(_opening(moment, zone, hours), zone) for zone, hours in clocks]
        latest, zone = max(openings, key=lambda pair: pair[0], default=(moment, ""))
        if latest == moment:
            return moment, waited_for
        moment, waited_for = latest, zone
    return None


def closing(now: dt.datetime, zones: Sequence[str], hours: Hours) -> tuple[dt.datetime, str]:
    """When the first of the zones, all of them open now, closes; and which one that is."""
    ends = []
    for zone in zones:
        local = now.astimezone(_zone(zone))
        window = hours.on(local.date())
        assert window
        ends.append((dt.datetime.combine(local.date(), window[1], tzinfo=_zone(zone)).astimezone(dt.UTC), zone))
    return min(ends)


def _opening(moment: dt.datetime, zone: str, hours: Hours) -> dt.datetime:
    """The first moment from the given one on at which this one zone is open; past the horizon when there is none."""
    local = moment.astimezone(_zone(zone))
    day, time = local.date(), local.time()
    for _ in range(_HORIZON // _DAY + 1):
        if window := hours.on(day):
            if time < window[0]:
                return dt.datetime.combine(day, window[0], tzinfo=_zone(zone)).astimezone(dt.UTC)
            if time < window[1]:
                return moment
        day, time = day + _DAY, dt.time.min
    return moment + _HORIZON + _DAY


@lru_cache(maxsize=512)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)
