"""When a day begins and ends, everywhere."""

import datetime as dt
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from leads import contact
from leads.quiet_hours import Hours, next_opening

OPENS, CLOSES = dt.time(8), dt.time(21)
ZONES = ["America/New_York", "America/Chicago", "America/Phoenix", "America/Los_Angeles", "Pacific/Honolulu"]
BEGIN = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
MOMENTS = st.integers(0, 2 * 365 * 1440).map(lambda minutes: BEGIN + dt.timedelta(minutes=minutes))


def at(zone: str, *when: int) -> dt.datetime:
    return dt.datetime(*when, tzinfo=ZoneInfo(zone))  # type: ignore[arg-type,misc]


def opening(now: dt.datetime, *zones: str) -> dt.datetime:
    found = next_opening(now, zones, Hours.daily(OPENS, CLOSES))
    assert found is not None
    return found[0]


def test_it_is_open_by_day() -> None:
    now = at("America/New_York", 2026, 11, 20, 20, 59, 59)
    assert opening(now, "America/New_York") == now


def test_it_waits_for_the_morning() -> None:
    evening = at("America/New_York", 2026, 11, 20, 21, 0)
    assert opening(evening, "America/New_York") == at("America/New_York", 2026, 11, 21, 8)


def test_all_possible_zones_must_be_open() -> None:
    early = at("America/New_York", 2026, 11, 20, 8, 30)
    assert opening(early, "America/New_York", "America/Los_Angeles") == at("America/Los_Angeles", 2026, 11, 20, 8)


def test_the_morning_after_the_clocks_change_is_at_eight_by_the_new_clock() -> None:
    night = at("America/New_York", 2026, 10, 31, 23, 0)
    assert opening(night, "America/New_York") == dt.datetime(2026, 11, 1, 13, 0, tzinfo=dt.UTC)


def test_a_toll_free_number_has_a_few_hours_a_day() -> None:
    zones = contact.zones_of_prefix("+1800555")
    assert opening(at("America/New_York", 2026, 11, 20, 9, 0), *zones) > at("America/New_York", 2026, 11, 20, 9, 0)


def test_days_that_never_meet_are_said_to() -> None:
    zones = ["Pacific/Kiritimati", "America/Anchorage"]
    assert next_opening(at("UTC", 2026, 11, 20, 9), zones, Hours.daily(dt.time(9), dt.time(10))) is None


@given(MOMENTS, st.lists(st.sampled_from(ZONES), min_size=1, unique=True))
def test_an_opening_is_open_everywhere_and_never_in_the_past(now: dt.datetime, zones: list[str]) -> None:
    moment = opening(now, *zones)
    assert moment >= now
    assert all(OPENS <= moment.astimezone(ZoneInfo(zone)).time() < CLOSES for zone in zones)


@given(MOMENTS, st.sampled_from(ZONES))
def test_no_earlier_minute_was_open(now: dt.datetime, zone: str) -> None:
    moment = opening(now, zone)
    if moment > now:
        before = moment - dt.timedelta(minutes=1)
        assert before < now or not OPENS <= before.astimezone(ZoneInfo(zone)).time() < CLOSES
