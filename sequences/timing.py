"""When a step is due. Nothing but dates and numbers."""

from __future__ import annotations

import datetime as dt

#: A message is sent a moment after it was planned; that moment is not worth a second look.
TOLERANCE = dt.timedelta(minutes=1)
#: When to look again whether the message before has gone out.
PATIENCE = dt.timedelta(seconds=15)
#: When to look again whether the task before is done, or the draft before approved. Whoever does it rings; this only
#: makes up for a ring that was lost.
UNTIL_DONE = dt.timedelta(hours=1)


def after(moment: dt.datetime, delay_hours: int) -> dt.datetime:
    """The moment so many hours later, by the clock that knows no summer time."""
    return moment.astimezone(dt.UTC) + dt.timedelta(hours=delay_hours)


def postponed(now: dt.datetime, *, delay_hours: int, previous_sent_at: dt.datetime | None) -> dt.datetime | None:
    """
    A later time for a step that is due now, when the message before it went out later than planned; else None.

    The delay counts from when the borrower got that message, not from when we meant to send it.
    """
    if previous_sent_at is None:
        return None
    due = after(previous_sent_at, delay_hours)
    return due if due > now + TOLERANCE else None


def look_again(now: dt.datetime, *, delay_hours: int, previous_not_before: dt.datetime) -> dt.datetime:
    """When to come back to a step whose predecessor still waits to go out."""
    return max(now + PATIENCE, after(previous_not_before, delay_hours))
