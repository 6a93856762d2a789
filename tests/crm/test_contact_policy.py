"""Who may change the hours in which an organisation contacts people."""

from __future__ import annotations

import datetime as dt

import pytest

from crm.contact_policy import FLOOR, PolicyRefused, change_contact_hours
from crm.models import Advisor, Event, Organization, Role
from leads.state_hours import contact_hours


@pytest.fixture
def owner(alice: Advisor) -> Advisor:
    alice.role = Role.ADMIN
    alice.save(update_fields=["role"])
    return alice


def test_a_manager_tightens_and_it_is_written_down(
    organization: Organization, alice: Advisor, now: dt.datetime
) -> None:
    assert change_contact_hours(organization, opens=dt.time(9), closes=dt.time(20), by=alice, now=now)
    event = Event.objects.get(name="organization.contact_hours_changed")
    assert event.data == {"before": "08:00-21:00, switched off", "after": "09:00-20:00", "is_looser": False}
    assert not change_contact_hours(organization, opens=dt.time(9), closes=dt.time(20), by=alice, now=now)


def test_only_an_owner_loosens(organization: Organization, alice: Advisor, now: dt.datetime) -> None:
    change_contact_hours(organization, opens=dt.time(9), closes=dt.time(20), by=alice, now=now)
    for hours in ((dt.time(8), dt.time(20), True), (dt.time(9), dt.time(21), True), (dt.time(9), dt.time(20), False)):
        with pytest.raises(PolicyRefused, match="Only an owner"):
            change_contact_hours(organization, opens=hours[0], closes=hours[1], quiet_hours=hours[2], by=alice, now=now)


def test_an_owner_loosens_on_the_record(organization: Organization, owner: Advisor, now: dt.datetime) -> None:
    change_contact_hours(organization, opens=dt.time(9), closes=dt.time(20), by=owner, now=now)
    change_contact_hours(organization, opens=dt.time(8), closes=dt.time(21), by=owner, now=now)
    assert Event.objects.filter(name="organization.contact_hours_changed").last().data["is_looser"]  # type: ignore[union-attr]


def test_nobody_goes_beyond_the_floor(organization: Organization, owner: Advisor, now: dt.datetime) -> None:
    with pytest.raises(PolicyRefused, match="The law allows 08:00 to 21:00"):
        change_contact_hours(organization, opens=dt.time(7), closes=dt.time(20), by=owner, now=now)
    with pytest.raises(PolicyRefused, match="end before"):
        change_contact_hours(organization, opens=dt.time(12), closes=dt.time(9), by=owner, now=now)


def test_an_advisor_and_a_stranger_change_nothing(
    organization: Organization, bob: Advisor, charlie: Advisor, now: dt.datetime
) -> None:
    for somebody in (bob, charlie):
        with pytest.raises(PolicyRefused, match="Only a manager"):
            change_contact_hours(organization, opens=dt.time(9), closes=dt.time(20), by=somebody, now=now)


def test_the_floor_is_that_of_the_data_file() -> None:
    assert contact_hours().floor.week == (FLOOR,) * 7
