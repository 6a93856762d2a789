"""Changing what is known about a lead."""

import datetime as dt

import pytest

from crm.models import Actor, Event, Organization
from leads import tallies
from leads.editing import change_lead
from leads.errors import DuplicateLead, InvalidValue
from leads.intake import OnDuplicate
from leads.models import Lead
from tests.conftest import MakeLead, written_to
from tests.leads.totals import assert_totals_are_right

BY = Actor.system()


def test_it_works(make_lead: MakeLead, organization: Organization, now: dt.datetime) -> None:
    lead = make_lead(name="John Doe")
    changed = change_lead(lead, {"last_name": "Roe", "requested_amount_given": "100", "tags": ["x"]}, by=BY, now=now)
    lead = Lead.objects.get()
    assert (lead.name, lead.requested_amount) == ("John Roe", 100)
    assert changed == {"last_name", "name", "requested_amount_given", "requested_amount", "tags"}
    assert Event.objects.get(name="lead.updated").data["changes"]["last_name"] == ["Doe", "Roe"]
    assert tallies.stage_totals(organization)[lead.stage_id].requested == 100


def test_nothing_new_changes_nothing(make_lead: MakeLead, now: dt.datetime) -> None:
    lead = make_lead(name="John Doe", tags=["x"])
    assert change_lead(lead, {"name": "John Doe", "tags": ["x"]}, by=BY, now=now) == set()
    assert not Event.objects.filter(name="lead.updated").exists()


def test_who_has_another_number_was_written_to_all_the_same(make_lead: MakeLead, now: dt.datetime) -> None:
    lead = make_lead()
    written_to(lead, now - dt.timedelta(days=3))
    change_lead(lead, {"phone": "+12125550177"}, by=Actor.system(), now=now)
    lead.refresh_from_db()
    assert (lead.conversation, lead.contacted_at) == (None, now - dt.timedelta(days=3))


def test_a_taken_phone_is_refused(make_lead: MakeLead, now: dt.datetime) -> None:
    make_lead(phone="4155551234")
    lead = make_lead(phone="4155555678")
    with pytest.raises(DuplicateLead):
        change_lead(lead, {"phone": "(415) 555-1234"}, by=BY, now=now)
    assert Lead.objects.get(pk=lead.pk).phone == "4155555678"


def test_a_taken_phone_makes_a_duplicate_where_the_door_allows(make_lead: MakeLead, now: dt.datetime) -> None:
    first, second = make_lead(phone="4155551234"), make_lead(phone="4155555678")
    change_lead(second, {"phone": "4155551234"}, by=BY, now=now, on_duplicate=OnDuplicate.NEW)
    assert Lead.objects.get(pk=second.pk).duplicate_of == first


def test_a_phone_that_is_left_goes_to_the_oldest_duplicate(
    make_lead: MakeLead, organization: Organization, now: dt.datetime
) -> None:
    first, second = make_lead(phone="4155551234"), make_lead(phone="4155551234")
    change_lead(first, {"phone": "4155550000"}, by=BY, now=now)
    assert Lead.objects.answering().get(phone_e164="+14155551234") == second
    assert_totals_are_right(organization)


def test_a_taken_external_id_is_refused(make_lead: MakeLead, now: dt.datetime) -> None:
    make_lead(external_id="a")
    with pytest.raises(DuplicateLead):
        change_lead(make_lead(), {"external_id": "a"}, by=BY, now=now)


def test_an_amount_that_is_none_is_refused(make_lead: MakeLead, now: dt.datetime) -> None:
    with pytest.raises(InvalidValue):
        change_lead(make_lead(), {"requested_amount_given": "lots"}, by=BY, now=now)


def test_what_lies_encrypted_stays_out_of_the_history(make_lead: MakeLead, now: dt.datetime) -> None:
    lead = make_lead(date_of_birth="1980-01-05")
    assert change_lead(lead, {"date_of_birth": "1981-02-06"}, by=BY, now=now) == {"date_of_birth"}
    told = Event.objects.get(name="lead.updated").data
    assert told["changes"] == {"date_of_birth": ["•••", "•••"]}
