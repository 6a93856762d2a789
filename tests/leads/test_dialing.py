"""The hopper: who waits, in which order, and who never does."""

from __future__ import annotations

import datetime as dt

import pytest

from crm.models import Actor, Event, Organization
from leads.dialing import drop_expired, put_in_hopper, waiting
from leads.models import Campaign, DialList, HopperEntry, Lead
from leads.pipeline import delete_lead
from leads.suppression import list_address, opt_out, set_do_not_call
from tests.conftest import MakeLead

BY = Actor.system()
MINUTE = dt.timedelta(minutes=1)


def names(organization: Organization, now: dt.datetime) -> list[str]:
    return [entry.lead.name for entry in waiting(organization, now).select_related("lead")]


@pytest.fixture
def lead(make_lead: MakeLead) -> Lead:
    return make_lead(name="Ann")


def test_the_most_urgent_comes_first_and_the_oldest_of_those(
    organization: Organization, make_lead: MakeLead, now: dt.datetime
) -> None:
    for minute, (name, priority) in enumerate([("a", 50), ("b", 99), ("c", 0), ("d", 99)]):
        put_in_hopper(make_lead(name=name), priority=priority, by=BY, now=now + minute * MINUTE)
    assert names(organization, now) == ["b", "d", "a", "c"]


def test_a_lead_waits_once_and_keeps_its_turn(organization: Organization, lead: Lead, now: dt.datetime) -> None:
    put_in_hopper(lead, priority=1, by=BY, now=now)
    entry = put_in_hopper(lead, priority=2, expires_at=now + 5 * MINUTE, by=BY, now=now + MINUTE)
    assert entry is not None
    assert (entry.priority, entry.created_at) == (2, now)
    assert HopperEntry.objects.get() == entry
    assert Event.objects.filter(name="lead.queued_to_dial").count() == 1


def test_its_time_runs_out(organization: Organization, lead: Lead, now: dt.datetime) -> None:
    put_in_hopper(lead, expires_at=now + MINUTE, by=BY, now=now)
    assert names(organization, now) == ["Ann"]
    assert names(organization, now + MINUTE) == []
    assert drop_expired(now) == 0
    assert drop_expired(now + MINUTE) == 1


def test_after_that_it_stands_at_the_end_again(organization: Organization, lead: Lead, now: dt.datetime) -> None:
    put_in_hopper(lead, expires_at=now + MINUTE, by=BY, now=now)
    entry = put_in_hopper(lead, by=BY, now=now + 2 * MINUTE)
    assert entry is not None
    assert (entry.created_at, entry.expires_at) == (now + 2 * MINUTE, None)


@pytest.mark.parametrize("why", ["marked", "listed", "stop", "deleted"])
@pytest.mark.parametrize("when", ["before", "meanwhile"])
def test_whom_nobody_may_call_never_waits(
    organization: Organization, lead: Lead, now: dt.datetime, why: str, when: str
) -> None:
    if when == "meanwhile":
        put_in_hopper(lead, by=BY, now=now)
    match why:
        case "marked":
            set_do_not_call(lead, reason="asked", by=BY, now=now)
        case "listed":
            list_address(organization, lead.address, reason="asked", by=BY, now=now)
        case "stop":
            opt_out(organization, lead.address, reason="STOP", by=BY, now=now)
        case _:
            delete_lead(lead, by=BY, now=now)
    assert names(organization, now) == []
    assert put_in_hopper(lead, by=BY, now=now) is None
    assert not HopperEntry.objects.exists()


def test_who_has_no_number_never_waits(make_lead: MakeLead, now: dt.datetime) -> None:
    assert put_in_hopper(make_lead(phone="555-0100"), by=BY, now=now) is None


def test_lists_and_campaigns_that_are_off_are_passed_over(
    organization: Organization, make_lead: MakeLead, now: dt.datetime
) -> None:
    campaign = Campaign.objects.create(organization=organization, name="Summer")
    dial_list = DialList.objects.create(organization=organization, name="June", campaign=campaign)
    put_in_hopper(make_lead(name="Ann", dial_list=dial_list), by=BY, now=now)
    assert names(organization, now) == ["Ann"]
    Campaign.objects.update(is_active=False)
    assert names(organization, now) == []
    Campaign.objects.update(is_active=True)
    DialList.objects.update(is_active=False)
    assert names(organization, now) == []
