"""The chores of every minute."""

from typing import Any

import pytest
from django_q.models import Schedule

from crm import housekeeping
from crm.management.commands.worker import ensure_schedules


def three() -> int:
    return 3


def broken() -> int:
    raise RuntimeError("a chore of its own")


def test_every_chore_of_the_settings_runs(db: None) -> None:
    assert housekeeping.run() == "nothing to tidy"


def test_a_chore_that_fails_keeps_no_other_from_its_turn(settings: Any) -> None:
    settings.HOUSEKEEPING = [f"{__name__}.broken", f"{__name__}.three"]
    assert housekeeping.run() == f"{__name__}.broken failed, three 3"


@pytest.mark.django_db
def test_a_worker_that_starts_twice_schedules_once() -> None:
    ensure_schedules()
    ensure_schedules()
    assert sorted(Schedule.objects.values_list("name", flat=True)) == ["housekeeping", "tick"]
