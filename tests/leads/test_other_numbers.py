"""The other numbers of a lead are dialled through the same gate, each for itself."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client

from crm.models import Actor, Advisor, Organization
from leads import call_log, suppression
from leads.calling import CallRefused, gate, place
from leads.contactability import CALL, Kind, Rule, check
from leads.errors import InvalidValue
from leads.models import Call, ContactDecision, Disposition, Lead
from tests.conftest import ClientOf, MakeLead

NOON = dt.datetime(2026, 11, 18, 17, 0, tzinfo=dt.UTC)  # a Wednesday, noon in New York
BY = Actor.system()
OWN, OTHER = "+12125550101", "+13105550177"


@pytest.fixture
def lead(make_lead: MakeLead, bob: Advisor) -> Lead:
    return make_lead(name="Ann", phone=OWN, alt_phone_1="(310) 555-0177", alt_phone_2="extension 4", advisor=bob)


def test_it_works(lead: Lead, bob: Advisor) -> None:
    assert lead.other_numbers == [OTHER]
    call = place(lead, by=bob, now=NOON, number=OTHER)
    assert (call.phone, call.is_open) == (OTHER, True)
    assert place(lead, by=bob, now=NOON, number=OTHER) == call


def test_a_number_of_nobody_is_not_dialled(lead: Lead, bob: Advisor) -> None:
    with pytest.raises(InvalidValue):
        place(lead, by=bob, now=NOON, number="+14155550000")
    assert not Call.objects.exists()


def test_a_call_to_another_number_leaves_the_first_as_it_is(lead: Lead, bob: Advisor) -> None:
    place(lead, by=bob, now=NOON)
    place(lead, by=bob, now=NOON, number=OTHER)
    assert list(Call.objects.order_by("pk").values_list("phone", "is_open")) == [(OWN, False), (OTHER, True)]


@pytest.mark.parametrize("how", ["stop", "listed"])
def test_what_forbids_one_number_leaves_the_other_open(lead: Lead, bob: Advisor, how: str) -> None:
    """Of the other numbers; what is said on their own number is said for the person."""
    if how == "stop":
        suppression.opt_out(lead.organization, OTHER, reason="STOP", by=BY, now=NOON)
    else:
        suppression.list_address(lead.organization, OTHER, reason="asked", by=BY, now=NOON)
    with pytest.raises(CallRefused) as refused:
        place(lead, by=bob, now=NOON, number=OTHER)
    assert refused.value.verdict.kind is Kind.NEVER
    assert ContactDecision.objects.get().address == OTHER
    assert place(lead, by=bob, now=NOON).phone == OWN


def test_who_said_stop_is_not_called_on_another_number(lead: Lead) -> None:
    suppression.opt_out(lead.organization, OWN, reason="STOP", by=BY, now=NOON)
    assert gate(lead, NOON, number=OTHER).rule is Rule.OPT_OUT


def test_hours_are_those_of_the_number(lead: Lead, organization: Organization) -> None:
    Organization.objects.update(quiet_hours=True)
    lead.organization.refresh_from_db()
    eight_in_new_york = NOON - dt.timedelta(hours=3, minutes=30)
    assert gate(lead, eight_in_new_york).is_allowed
    assert gate(lead, eight_in_new_york, number=OTHER).rule is Rule.QUIET_HOURS  # half past five in Los Angeles


def test_a_wrong_number_is_the_one_that_was_dialled(lead: Lead, bob: Advisor, organization: Organization) -> None:
    call = place(lead, by=bob, now=NOON, number=OTHER)
    wrong = Disposition.objects.get(organization=organization, label="Wrong number")
    call_log.log(call, call_log.Ending(disposition=wrong), by=bob, now=NOON)
    assert gate(lead, NOON, number=OTHER).rule is Rule.WRONG_NUMBER
    assert check(lead, CALL, NOON, automated=False).is_allowed
    own = place(lead, by=bob, now=NOON)
    call_log.log(own, call_log.Ending(disposition=wrong), by=bob, now=NOON)
    assert gate(lead, NOON).rule is Rule.WRONG_NUMBER


def test_a_wrong_number_leaves_their_others_open(lead: Lead, bob: Advisor) -> None:
    suppression.mark_wrong_number(lead, reason="A bakery", by=BY, now=NOON)
    assert place(lead, by=bob, now=NOON, number=OTHER).phone == OTHER


def test_the_page_offers_them_and_dials_them(lead: Lead, bob: Advisor, client_of: ClientOf) -> None:
    client: Client = client_of(bob)
    page = client.get(f"/leads/{lead.uuid}").content.decode()
    assert f'name="number" value="{OTHER}"' in page
    assert "(310) 555-0177" in page
    sent = {"at": "lead", "number": OTHER}
    answer = client.post(f"/leads/{lead.uuid}/calls", sent, headers={"HX-Request": "true"})
    assert f'href="tel:{OTHER}"' in answer.content.decode()
    assert Call.objects.get().phone == OTHER
    refused = client.post(
        f"/leads/{lead.uuid}/calls", {**sent, "number": "+19995550000"}, headers={"HX-Request": "true"}
    )
    assert refused.status_code == 409


def test_a_lead_without_a_number_of_its_own_can_be_called(make_lead: MakeLead, bob: Advisor) -> None:
    lead = make_lead(name="Ann", phone="", email="ann@ann.example", alt_phone_2="310 555 0177", advisor=bob)
    assert place(lead, by=bob, now=NOON, number=OTHER).phone == OTHER
