"""Dates and times as Convoso spells them: YYYY-MM-DD HH:MM:SS, in UTC."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from api.convoso import errors
from api.convoso.parameters import Parameters

_FORMATS = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M")


def shown(moment: dt.datetime | None) -> str:
    """2026-03-01 10:00:00, or "" for none."""
    return moment.astimezone(dt.UTC).isoformat(" ", "seconds")[:19] if moment else ""


def bounds(given: Parameters, columns: Mapping[str, str]) -> dict[str, dt.datetime]:
    """
    The conditions that the given date parameters put on columns such as created_at__lte.

    An end covers its whole second, and a bare date its whole day. Two parameters for one column both hold.
    """
    found: dict[str, dt.datetime] = {}
    for name, condition in columns.items():
        if name not in given:
            continue
        is_end = condition.endswith("__lte")
        moment = _moment(given[name], is_end=is_end)
        known = found.get(condition, moment)
        found[condition] = min(known, moment) if is_end else max(known, moment)
    return found


def _moment(text: str, *, is_end: bool) -> dt.datetime:
    for pattern in _FORMATS:
        try:
            moment = dt.datetime.strptime(text, pattern).replace(tzinfo=dt.UTC)
        except ValueError:
            continue
        return moment.replace(microsecond=999_999) if is_end else moment
    try:
        day = dt.datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=dt.UTC)
    except ValueError:
        raise errors.refused(errors.INVALID_DATE) from None
    return day.replace(hour=23, minute=59, second=59, microsecond=999_999) if is_end else day


def date_text(text: str) -> str | None:
    """YYYY-MM-DD for that, with or without a time, or for MM/DD/YYYY; None when it is no date."""
    for pattern in ("%Y-%m-%d", *_FORMATS, "%m/%d/%Y", "%m-%d-%Y", "%Y%m%d"):
        try:
            return dt.datetime.strptime(text, pattern).date().isoformat()  # noqa: DTZ007  (a date has no zone)
        except ValueError:
            continue
    return None
