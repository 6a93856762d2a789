"""Federal holidays, by rule."""

import datetime as dt

import pytest

from leads.holidays import is_holiday


@pytest.mark.parametrize(
    "day",
    [
        "2026-01-01", "2026-01-19", "2026-02-16", "2026-05-25", "2026-06-19", "2026-07-03", "2026-07-04", "2026-09-07",
        "2026-10-12", "2026-11-11", "2026-11-26", "2026-12-25", "2021-12-31", "2023-01-02",
    ],
)  # fmt: skip
def test_it_is_a_holiday(day: str) -> None:
    assert is_holiday(dt.date.fromisoformat(day))


@pytest.mark.parametrize("day", ["2026-01-02", "2026-05-18", "2026-11-19", "2026-11-27", "2026-12-24", "2026-12-31"])
def test_it_is_none(day: str) -> None:
    assert not is_holiday(dt.date.fromisoformat(day))


def test_a_year_has_eleven_and_those_observed_on_another_day() -> None:
    days = [dt.date(2026, 1, 1) + dt.timedelta(days=number) for number in range(365)]
    assert sum(map(is_holiday, days)) == 12
