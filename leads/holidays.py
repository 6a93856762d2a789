"""The federal holidays of the United States (5 U.S.C. § 6103), with the days on which they are observed."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache

_MONDAY, _THURSDAY = 0, 3
_FIXED = ((1, 1), (6, 19), (7, 4), (11, 11), (12, 25))
#: Month, weekday, and which of them; -1 is the last.
_MOVABLE = ((1, _MONDAY, 3), (2, _MONDAY, 3), (5, _MONDAY, -1), (9, _MONDAY, 1), (10, _MONDAY, 2), (11, _THURSDAY, 4))


def is_holiday(day: dt.date) -> bool:
    return day in _holidays(day.year)


@lru_cache(maxsize=16)
def _holidays(year: int) -> frozenset[dt.date]:
    """Of the year, by date; 1 January of the next one may be observed on this year's last day."""
    fixed = [dt.date(year, month, day) for month, day in _FIXED]
    observed = [_observed(day) for day in [*fixed, dt.date(year + 1, 1, 1)]]
    movable = [_nth(year, *rule) for rule in _MOVABLE]
    return frozenset(day for day in [*fixed, *observed, *movable] if day.year == year)


def _observed(day: dt.date) -> dt.date:
    """A Saturday's holiday is kept on the Friday before, a Sunday's on the Monday after."""
    return day + dt.timedelta(days={5: -1, 6: 1}.get(day.weekday(), 0))


def _nth(year: int, month: int, weekday: int, which: int) -> dt.date:
    if which < 0:
        last = dt.date(year, month + 1, 1) - dt.timedelta(days=1)
        return last - dt.timedelta(days=(last.weekday() - weekday) % 7)
    first = dt.date(year, month, 1)
    return first + dt.timedelta(days=(weekday - first.weekday()) % 7 + 7 * (which - 1))
