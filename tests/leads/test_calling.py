"""Calls: placed when the gate says so, claimed, once; insisted upon with a reason that is kept."""

from __future__ import annotations

import datetime as dt

import pytest
from pytest_django import DjangoAssertNumQueries

from crm.models import Actor, Advisor, Organization, Role
from leads import calling, messaging, queue_work, suppression
from leads.calling import CallRefused, gate, note_down, place, withdraw
from leads.contactability import CALL, Kind, Rule, check
from leads.errors import Changed
from leads.models import Call, ContactDecision, Conversation, Lead, QueueClaim
from leads.pipeline import delete_lead
from tests.conftest import MakeLead, advisor_in
from tests.racing import at_once

NOON = dt.datetime(2026, 11, 18, 17, 0, tzinfo=dt.UTC)  # a Wednesday, noon in New York
NIGHT = NOON + dt.timedelta(hours=11)
MINUTE, HOUR, DAY = dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)
BY = Actor.system()


@pytest.fixture
def lead(make_lead: MakeLead) -> Lead:
    return make_lead(name="Ann", phone="+12125550101")


@pytest.fixture
def keeps_hours(organization: Organization) -> None:
    Organization.objects.update(quiet_hours=True)
    organization.refresh_from_db()


def again(lead: Lead) -> Lead:
    return Lead.objects.select_related("organization", "stage").get(pk=lead.pk)


def test_it_works(lead: Lead, bob: Advisor) -> None:
    call = place(lead, by=bob, now=NOON)
    assert (call.phone, call.started_at, call.is_open, call.is_inbound) == ("+12125550101", NOON, True, False)
    assert QueueClaim.objects.get().advisor == bob
    assert calling.open_call(lead, bob) == call
    assert not ContactDecision.objects.exists()


class TestRefused:
    @pytest.mark.parametrize("why", ["stop", "listed", "marked", "wrong", "no number", "deleted"])
    def test_for_good_and_nobody_may_insist(self, lead: Lead, bob: Advisor, why: str) -> None:
        match why:
            case "stop":
                suppression.opt_out(lead.organization, lead.address, reason="STOP", by=BY, now=NOON)
            case "listed":
                suppression.list_address(lead.organization, lead.address, reason="asked", by=BY, now=NOON)
            case "marked":
                suppression.set_do_not_call(lead, reason="asked", by=BY, now=NOON)
            case "wrong":
                suppression.mark_wrong_number(lead, reason="A bakery", by=BY, now=NOON)
            case "no number":
                Lead.objects.update(phone_e164=None)
            case _:
                delete_lead(lead, by=BY, now=NOON)
        with pytest.raises((CallRefused, Changed)) as refused:
            place(again(lead), by=bob, now=NOON, why_anyway="They will be glad")
        assert getattr(refused.value, "may_insist", False) is False
        assert not Call.objects.exists()
        assert not QueueClaim.objects.exists()
        if why != "deleted":
            [kept] = ContactDecision.objects.all()
            assert (kept.channel, kept.verdict, kept.purpose) == (CALL, "never", "a call")

    @pytest.mark.usefixtures("keeps_hours")
    def test_at_night_with_the_borrowers_time(self, lead: Lead, bob: Advisor) -> None:
        with pytest.raises(CallRefused, match="it is 23:00 in New York, opens 08:00") as refused:
            place(again(lead), by=bob, now=NIGHT)
        assert refused.value.may_insist
        assert not Call.objects.exists()
        kept = ContactDecision.objects.get()
        assert (kept.verdict, kept.rule) == ("later", Rule.QUIET_HOURS)
        assert kept.until == dt.datetime(2026, 11, 19, 13, 0, tzinfo=dt.UTC)

    def test_after_three_contacts_in_a_day(self, lead: Lead, bob: Advisor) -> None:
        for hours in (1, 2, 3):
            Call.objects.create(
                organization=lead.organization, lead=lead, phone=lead.phone, started_at=NOON - hours * HOUR
            )
        with pytest.raises(CallRefused, match="3 contacts within 24 hours"):
            place(lead, by=bob, now=NOON)
        assert place(lead, by=bob, now=NOON + 21 * HOUR)

    def test_while_a_stop_is_suspected(self, lead: Lead, bob: Advisor) -> None:
        messaging.receive(lead.organization, address=lead.address, body="please stop texting me", now=NOON - HOUR)
        assert Conversation.objects.get().suspected_opt_out_at
        with pytest.raises(CallRefused, match="may have asked to stop"):
            place(again(lead), by=bob, now=NOON)

    def test_what_is_asked_twice_is_written_once(self, lead: Lead, bob: Advisor) -> None:
        suppression.set_do_not_call(lead, reason="asked", by=BY, now=NOON)
        for minute in range(3):
            with pytest.raises(CallRefused):
                place(lead, by=bob, now=NOON + minute * MINUTE)
        assert ContactDecision.objects.count() == 1


@pytest.mark.usefixtures("keeps_hours")
class TestInsisted:
    def test_with_a_reason_that_is_kept(self, lead: Lead, bob: Advisor) -> None:
        call = place(again(lead), by=bob, now=NIGHT, why_anyway="She asked me to call at eleven")
        assert call.why_anyway == "She asked me to call at eleven"
        kept = ContactDecision.objects.get()
        assert (kept.verdict, kept.rule) == ("anyway", Rule.QUIET_HOURS)
        assert kept.words == "Bob Baker called all the same: She asked me to call at eleven"
        assert "23:00 in New York" in kept.inputs["said"]

    def test_blanks_are_no_reason(self, lead: Lead, bob: Advisor) -> None:
        with pytest.raises(CallRefused):
            place(again(lead), by=bob, now=NIGHT, why_anyway="   ")

    def test_where_no_reason_is_needed_none_is_kept(self, lead: Lead, bob: Advisor) -> None:
        assert place(again(lead), by=bob, now=NOON, why_anyway="just so").why_anyway == ""
        assert not ContactDecision.objects.exists()


class TestOnce:
    def test_a_second_click_is_the_same_call(self, lead: Lead, bob: Advisor) -> None:
        assert place(lead, by=bob, now=NOON) == place(lead, by=bob, now=NOON + MINUTE)
        assert Call.objects.count() == 1

    def test_the_call_itself_does_not_stand_in_its_way(self, lead: Lead, bob: Advisor) -> None:
        """It counts among the three of a day."""
        for hours in (1, 2):
            Call.objects.create(
                organization=lead.organization, lead=lead, phone=lead.phone, started_at=NOON - hours * HOUR
            )
        call = place(lead, by=bob, now=NOON)
        assert place(lead, by=bob, now=NOON + MINUTE) == call

    def test_but_a_stop_meanwhile_does(self, lead: Lead, bob: Advisor) -> None:
        place(lead, by=bob, now=NOON)
        suppression.opt_out(lead.organization, lead.address, reason="STOP", by=BY, now=NOON)
        with pytest.raises(CallRefused):
            place(lead, by=bob, now=NOON + MINUTE)

    def test_one_that_was_never_logged_is_left_behind(self, lead: Lead, bob: Advisor) -> None:
        first = place(lead, by=bob, now=NOON)
        second = place(lead, by=bob, now=NOON + 2 * HOUR)
        assert first != second
        assert [call.pk for call in Call.objects.filter(is_open=True)] == [second.pk]

    def test_a_colleague_has_it(self, lead: Lead, alice: Advisor, bob: Advisor) -> None:
        queue_work.claim(lead, by=alice, now=NOON)
        with pytest.raises(queue_work.Taken, match="Alice Archer has it"):
            place(lead, by=bob, now=NOON)
        assert not Call.objects.exists()

    def test_nobody_rings_while_a_colleague_talks(self, lead: Lead, alice: Advisor, bob: Advisor) -> None:
        """Their claim has run out, their call has not."""
        place(lead, by=alice, now=NOON)
        with pytest.raises(queue_work.Taken, match="Alice Archer is on the phone with them"):
            place(lead, by=bob, now=NOON + 30 * MINUTE)
        assert place(lead, by=bob, now=NOON + HOUR)

    def test_what_was_no_call_is_gone(self, lead: Lead, alice: Advisor, bob: Advisor) -> None:
        call = place(lead, by=bob, now=NOON)
        assert not withdraw(call, by=alice)
        assert withdraw(call, by=bob)
        assert not withdraw(call, by=bob)
        assert place(lead, by=alice, now=NOON)

    @pytest.mark.django_db(transaction=True)
    def test_many_clicks_at_once_are_one_call(self, lead: Lead, bob: Advisor) -> None:
        calls = at_once(lambda _: place(again(lead), by=bob, now=NOON).pk, 8)
        assert len(set(calls)) == 1
        assert Call.objects.count() == 1

    @pytest.mark.django_db(transaction=True)
    def test_of_many_advisors_one_calls(self, lead: Lead, organization: Organization) -> None:
        team = [advisor_in(organization, f"a{n}@acme.example", "A", str(n), Role.ADVISOR) for n in range(6)]

        def call(number: int) -> bool:
            try:
                place(again(lead), by=team[number], now=NOON)
            except queue_work.Taken:
                return False
            return True

        assert sum(at_once(call, 6)) == 1
        assert Call.objects.count() == 1


def test_a_call_counts_among_the_three_of_a_day(lead: Lead, bob: Advisor) -> None:
    for hours in (3, 2, 1):
        assert check(lead, CALL, NOON).kind is Kind.ALLOWED
        call = place(lead, by=bob, now=NOON - hours * HOUR)
        Call.objects.filter(pk=call.pk).update(is_open=False)
    assert check(lead, CALL, NOON).rule is Rule.CAP


def test_what_has_happened_can_be_noted_whatever_the_gate_says(lead: Lead, bob: Advisor) -> None:
    suppression.opt_out(lead.organization, lead.address, reason="STOP", by=BY, now=NOON)
    call = note_down(lead, is_inbound=True, by=bob, now=NOON)
    assert (call.is_inbound, call.is_open) == (True, True)
    assert note_down(lead, is_inbound=True, by=bob, now=NOON) == call


def test_the_newest_open_call_is_found_with_its_lead(make_lead: MakeLead, bob: Advisor, alice: Advisor) -> None:
    assert calling.open_call_of(bob) is None
    first, second = make_lead(), make_lead()
    place(first, by=bob, now=NOON)
    place(second, by=bob, now=NOON + MINUTE)
    found = calling.open_call_of(bob)
    assert found
    assert found.lead == second
    assert calling.open_call_of(alice) is None


def test_a_wrong_number_may_turn_out_right(lead: Lead) -> None:
    suppression.mark_wrong_number(lead, reason="A bakery", by=BY, now=NOON)
    assert gate(lead, NOON).rule is Rule.WRONG_NUMBER
    assert suppression.lift_wrong_number(lead, by=BY, now=NOON)
    assert gate(lead, NOON).is_allowed


def test_the_strongest_reason_is_told(lead: Lead) -> None:
    suppression.mark_wrong_number(lead, reason="A bakery", by=BY, now=NOON)
    suppression.list_address(lead.organization, lead.address, reason="asked", by=BY, now=NOON)
    assert gate(lead, NOON).rule is Rule.DO_NOT_CALL
    suppression.opt_out(lead.organization, lead.address, reason="STOP", by=BY, now=NOON)
    assert gate(lead, NOON).rule is Rule.OPT_OUT


def test_the_gate_costs_a_few_statements(lead: Lead, django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    lead = again(lead)
    with django_assert_max_num_queries(4):
        gate(lead, NOON)
