"""When a step is due, for any moment and any delay."""

from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from sequences import timing
from sequences.authoring import LONGEST_DELAY_HOURS

ZONES = st.sampled_from([dt.UTC, dt.timezone(dt.timedelta(hours=-5)), dt.timezone(dt.timedelta(hours=14))])
MOMENTS = st.builds(
    lambda seconds, zone: dt.datetime.fromtimestamp(seconds, zone), st.floats(946_684_800, 4_102_444_800), ZONES
)
DELAYS = st.integers(0, LONGEST_DELAY_HOURS)


@given(MOMENTS, DELAYS)
def test_a_delay_is_so_many_hours_on_the_clock_that_knows_no_summer_time(moment: dt.datetime, hours: int) -> None:
    assert timing.after(moment, hours) - moment == dt.timedelta(hours=hours)


@given(MOMENTS, MOMENTS, DELAYS)
def test_a_step_is_put_off_only_forward_and_to_the_delay_after_the_message(
    now: dt.datetime, sent: dt.datetime, hours: int
) -> None:
    until = timing.postponed(now, delay_hours=hours, previous_sent_at=sent)
    due = sent + dt.timedelta(hours=hours)
    if until is None:
        assert due <= now + timing.TOLERANCE
    else:
        assert until == due > now


@given(MOMENTS, DELAYS)
def test_without_a_message_before_it_nothing_is_put_off(now: dt.datetime, hours: int) -> None:
    assert timing.postponed(now, delay_hours=hours, previous_sent_at=None) is None


@given(MOMENTS, MOMENTS, DELAYS)
def test_looking_again_is_always_later(now: dt.datetime, not_before: dt.datetime, hours: int) -> None:
    assert timing.look_again(now, delay_hours=hours, previous_not_before=not_before) > now
