"""The dialer: who comes next, for one advisor alone, and only who may be called now."""

from __future__ import annotations

import datetime as dt

import pytest
from django.http import QueryDict
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from crm.models import Actor, Advisor, Organization, Role
from leads import advisor_tasks, calling, dialer, dialing, queue_work, saved_views, suppression
from leads.call_log import Ending, log
from leads.dialer import advance, current_lead, session_of, start
from leads.errors import InvalidValue
from leads.models import Call, Campaign, DialList, DialSession, Disposition, Lead, Stage, TaskKind
from leads.pipeline import move_to
from tests.conftest import ClientOf, MakeLead, advisor_in
from tests.racing import at_once

NOON = dt.datetime(2026, 11, 18, 17, 0, tzinfo=dt.UTC)
MINUTE, HOUR, DAY = dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)
BY = Actor.system()
PART = {"HX-Request": "true"}


@pytest.fixture
def dial_list(organization: Organization) -> DialList:
    campaign = Campaign.objects.create(organization=organization, name="Summer")
    return DialList.objects.create(organization=organization, name="June", campaign=campaign)


@pytest.fixture
def source(dial_list: DialList) -> str:
    return f"list:{dial_list.pk}"


def names(session: DialSession, now: dt.datetime = NOON) -> list[str]:
    """Everybody that comes, one after another, each skipped."""
    found = []
    while lead := advance(session, now=now, skips=True):
        found.append(lead.name)
    return found


def ended(lead: Lead, label: str, by: Advisor, now: dt.datetime) -> None:
    call = calling.place(Lead.objects.select_related("organization", "stage").get(pk=lead.pk), by=by, now=now)
    disposition = Disposition.objects.get(organization=lead.organization_id, label=label)
    callback_at = now + 2 * HOUR if disposition.does == "callback" else None
    log(call, Ending(disposition, callback_at=callback_at), by=by, now=now)


def test_it_works(make_lead: MakeLead, bob: Advisor, dial_list: DialList, source: str) -> None:
    """The hopper by priority, callbacks that are due, then the list: whoever was never called first."""
    for name in ("List one", "List two"):
        make_lead(name=name, dial_list=dial_list)
    tried = make_lead(name="List, tried", dial_list=dial_list)
    Lead.objects.filter(name="List one").update(last_called_at=NOON - 3 * DAY)
    Lead.objects.filter(pk=tried.pk).update(last_called_at=NOON - 9 * DAY)
    due, later = make_lead(name="Due"), make_lead(name="Later")
    for lead, at in ((due, NOON - MINUTE), (later, NOON + HOUR)):
        Lead.objects.filter(pk=lead.pk).update(advisor=bob)
        lead.refresh_from_db()
        advisor_tasks.give(lead, title="Call", kind=TaskKind.CALL, due_at=at, by=BY, now=NOON - DAY)
    dialing.put_in_hopper(make_lead(name="Hopper 5"), priority=5, by=BY, now=NOON)
    dialing.put_in_hopper(make_lead(name="Hopper 80"), priority=80, by=BY, now=NOON)
    dialing.put_in_hopper(make_lead(name="Expired"), expires_at=NOON - MINUTE, by=BY, now=NOON - HOUR)
    session = start(bob, source, now=NOON)
    lead = advance(session, now=NOON)
    assert lead
    assert (lead.name, session.why) == ("Hopper 80", "Hopper, priority 80")
    assert current_lead(session, NOON) == lead
    assert names(session) == ["Hopper 5", "Due", "List two", "List, tried", "List one"]


class TestWhoIsPassedOver:
    @pytest.fixture
    def session(self, bob: Advisor, source: str) -> DialSession:
        return start(bob, source, now=NOON)

    def test_whom_the_gate_does_not_let_a_machine_call(
        self, make_lead: MakeLead, dial_list: DialList, session: DialSession, stages: dict[str, Stage]
    ) -> None:
        leads = {name: make_lead(name=name, dial_list=dial_list) for name in ("stop", "dnc", "often", "lost", "fine")}
        suppression.opt_out(dial_list.organization, leads["stop"].address, reason="STOP", by=BY, now=NOON)
        suppression.set_do_not_call(leads["dnc"], reason="asked", by=BY, now=NOON)
        move_to(leads["lost"], stages["lost"], by=BY, now=NOON)
        for hours in (21, 22, 23):
            Call.objects.create(
                organization=dial_list.organization, lead=leads["often"], phone="x", started_at=NOON - hours * HOUR
            )
        make_lead(name="no number", phone="555-0100", dial_list=dial_list)
        assert names(session) == ["fine"]

    def test_who_sleeps_and_comes_when_they_wake(
        self, make_lead: MakeLead, dial_list: DialList, bob: Advisor, source: str, organization: Organization
    ) -> None:
        Organization.objects.update(quiet_hours=True)
        bob.organization.refresh_from_db()
        make_lead(name="California", phone="+14155550101", state="CA", dial_list=dial_list)
        make_lead(name="New York", phone="+12125550102", state="NY", dial_list=dial_list)
        morning = dt.datetime(2026, 11, 18, 14, 30, tzinfo=dt.UTC)  # 9:30 and 6:30
        assert names(start(bob, source, now=morning), morning) == ["New York"]
        assert names(start(bob, source, now=NOON), NOON) == ["California", "New York"]

    def test_the_lists_and_campaigns_that_are_off(
        self, make_lead: MakeLead, dial_list: DialList, session: DialSession
    ) -> None:
        make_lead(name="Ann", dial_list=dial_list)
        Campaign.objects.update(is_active=False)
        assert names(session) == []

    def test_who_was_called_today_but_not_who_is_to_be_tried_again(
        self, make_lead: MakeLead, dial_list: DialList, bob: Advisor, source: str
    ) -> None:
        ended(make_lead(name="Talked", dial_list=dial_list), "Connected", bob, NOON)
        ended(make_lead(name="Busy", dial_list=dial_list), "Busy", bob, NOON)
        assert names(start(bob, source, now=NOON), NOON + MINUTE) == []
        assert names(start(bob, source, now=NOON), NOON + HOUR) == ["Busy"]
        assert set(names(start(bob, source, now=NOON), NOON + DAY)) == {"Talked", "Busy"}

    def test_who_asked_for_a_callback_comes_then(
        self, make_lead: MakeLead, bob: Advisor, source: str, dial_list: DialList
    ) -> None:
        ended(make_lead(name="Ann", advisor=bob, dial_list=dial_list), "Call back", bob, NOON)
        session = start(bob, source, now=NOON)
        assert advance(session, now=NOON + HOUR) is None
        assert advance(session, now=NOON + 2 * HOUR)
        assert session.why == "Callback due 19:00"

    def test_a_colleagues_callback(
        self, make_lead: MakeLead, alice: Advisor, session: DialSession, bob: Advisor
    ) -> None:
        lead = make_lead(name="Ann", advisor=alice)
        advisor_tasks.give(lead, title="Call", kind=TaskKind.CALL, due_at=NOON, by=BY, now=NOON - DAY)
        assert names(session) == []


class TestSources:
    def test_they_are_the_queue_the_lists_and_the_views(
        self, alice: Advisor, bob: Advisor, dial_list: DialList, make_lead: MakeLead, charlie: Advisor
    ) -> None:
        make_lead(dial_list=dial_list)
        view = saved_views.save(alice, name="Mine", page="list", query=QueryDict("q=Ann"), is_shared=True, now=NOON)
        DialList.objects.create(organization=dial_list.organization, name="Off", is_active=False)
        keys = [(each.key, each.leads) for each in dialer.sources_of(bob)]
        assert keys == [("queue", None), (f"list:{dial_list.pk}", 1), (f"view:{view.uuid}", None)]
        assert [each.key for each in dialer.sources_of(charlie)] == ["queue"]

    def test_a_view_gives_what_it_shows(self, bob: Advisor, make_lead: MakeLead) -> None:
        make_lead(name="Ann", tags=["SBA"])
        make_lead(name="Ben")
        view = saved_views.save(bob, name="SBA", page="list", query=QueryDict("tag=SBA"), is_shared=False, now=NOON)
        assert names(start(bob, f"view:{view.uuid}", now=NOON)) == ["Ann"]

    def test_the_queue_gives_its_order(self, bob: Advisor, make_lead: MakeLead) -> None:
        make_lead(name="Old", now=NOON - 2 * DAY)
        make_lead(name="New", now=NOON - 2 * MINUTE)
        session = start(bob, "queue", now=NOON)
        advance(session, now=NOON)
        assert session.why == "New 2 min ago, call now"
        assert names(session) == ["Old"]

    @pytest.mark.parametrize("source", ["", "list:0", "list:x", "view:x", "all"])
    def test_others_are_refused(self, bob: Advisor, source: str) -> None:
        with pytest.raises(InvalidValue):
            start(bob, source, now=NOON)

    def test_a_list_that_went_meanwhile_gives_nobody(
        self, bob: Advisor, make_lead: MakeLead, dial_list: DialList, source: str
    ) -> None:
        make_lead(dial_list=dial_list)
        session = start(bob, source, now=NOON)
        dial_list.delete()
        assert advance(session, now=NOON) is None


class TestClaims:
    def test_two_never_get_the_same(
        self, alice: Advisor, bob: Advisor, make_lead: MakeLead, dial_list: DialList, source: str
    ) -> None:
        for name in ("Ann", "Ben"):
            make_lead(name=name, dial_list=dial_list)
        one = advance(start(alice, source, now=NOON), now=NOON)
        other = advance(start(bob, source, now=NOON), now=NOON)
        assert {getattr(one, "name", ""), getattr(other, "name", "")} == {"Ann", "Ben"}

    @pytest.mark.django_db(transaction=True)
    def test_not_even_when_they_press_at_once(
        self, organization: Organization, make_lead: MakeLead, dial_list: DialList, source: str
    ) -> None:
        for number in range(6):
            make_lead(name=f"Lead {number}", dial_list=dial_list)
        team = [advisor_in(organization, f"a{n}@acme.example", "A", str(n), Role.ADVISOR) for n in range(6)]
        sessions = [start(each, source, now=NOON) for each in team]
        got = at_once(lambda number: getattr(advance(sessions[number], now=NOON), "name", ""), 6)
        assert sorted(got) == [f"Lead {number}" for number in range(6)]

    def test_what_a_colleague_has_in_the_queue_is_theirs_and_comes_back(
        self, alice: Advisor, bob: Advisor, make_lead: MakeLead, dial_list: DialList, source: str
    ) -> None:
        lead = make_lead(dial_list=dial_list)
        queue_work.claim(lead, by=alice, now=NOON)
        session = start(bob, source, now=NOON)
        assert advance(session, now=NOON) is None
        assert advance(session, now=NOON + queue_work.HELD_FOR) == lead

    def test_nor_whom_a_colleague_talks_to(
        self, alice: Advisor, bob: Advisor, make_lead: MakeLead, dial_list: DialList, source: str
    ) -> None:
        lead = make_lead(dial_list=dial_list)
        calling.place(Lead.objects.select_related("organization", "stage").get(pk=lead.pk), by=alice, now=NOON)
        assert advance(start(bob, source, now=NOON), now=NOON + 30 * MINUTE) is None

    def test_whoever_looks_too_long_has_it_no_more(
        self, bob: Advisor, make_lead: MakeLead, dial_list: DialList, source: str
    ) -> None:
        make_lead(dial_list=dial_list)
        session = start(bob, source, now=NOON)
        advance(session, now=NOON)
        assert current_lead(session, NOON + 9 * MINUTE)
        assert current_lead(session, NOON + queue_work.HELD_FOR) is None

    def test_a_pause_lets_go(
        self, alice: Advisor, bob: Advisor, make_lead: MakeLead, dial_list: DialList, source: str
    ) -> None:
        lead = make_lead(dial_list=dial_list)
        session = start(bob, source, now=NOON)
        advance(session, now=NOON)
        dialer.pause(session, now=NOON)
        assert current_lead(session, NOON) is None
        assert advance(start(alice, source, now=NOON), now=NOON) == lead


def test_own_leads_alone_where_the_organization_wants_that(
    organization: Organization, alice: Advisor, bob: Advisor, make_lead: MakeLead, dial_list: DialList, source: str
) -> None:
    Organization.objects.update(advisors_see="own")
    bob.organization.refresh_from_db()
    for name, advisor in (("Bob's", bob), ("Alice's", alice), ("Nobody's", None)):
        make_lead(name=name, dial_list=dial_list, advisor=advisor)
    dialing.put_in_hopper(make_lead(name="Alice's in the hopper", advisor=alice), by=BY, now=NOON)
    assert names(start(bob, source, now=NOON)) == ["Bob's", "Nobody's"]
    assert dialer.sources_of(bob)[1].leads == 2
    assert dialer.waiting_first(bob, NOON) == (0, 0)
    assert dialer.waiting_first(alice, NOON) == (1, 0)


def test_the_cost_of_the_next_one_does_not_grow(
    bob: Advisor, make_lead: MakeLead, dial_list: DialList, source: str,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:  # fmt: skip
    for number in range(40):
        lead = make_lead(dial_list=dial_list)
        if number % 2:
            suppression.set_do_not_call(lead, reason="asked", by=BY, now=NOON)
    session = start(bob, source, now=NOON)
    with django_assert_max_num_queries(22):
        assert advance(session, now=NOON)


class TestPage:
    @pytest.fixture
    def client(self, bob: Advisor, client_of: ClientOf) -> Client:
        return client_of(bob)

    @pytest.fixture
    def leads(self, make_lead: MakeLead, dial_list: DialList) -> list[Lead]:
        return [make_lead(name=f"Lead {number}", dial_list=dial_list) for number in range(2)]

    def test_it_works(self, client: Client, bob: Advisor, leads: list[Lead], source: str) -> None:
        assert "Dial list, 2 leads" in client.get("/dialer").content.decode()
        page = client.post("/dialer/start", {"source": source}, headers=PART).content.decode()
        assert "Lead 0" in page
        assert "Never called" in page
        assert "tel:" not in page
        page = client.post(f"/leads/{leads[0].uuid}/calls", {"at": "dialer"}, headers=PART).content.decode()
        assert f"tel:{leads[0].phone_e164}" in page
        assert f"tel:{leads[0].phone_e164}" in client.get("/dialer").content.decode()
        call, busy = Call.objects.get(), Disposition.objects.get(organization=bob.organization, label="Busy")
        ending = {"at": "dialer", "disposition": str(busy.uuid)}
        page = client.post(f"/leads/{leads[0].uuid}/calls/{call.pk}", ending, headers=PART).content.decode()
        assert "Lead 0: Busy" in page
        assert "Lead 1" in page
        assert '<b class="num">1</b> call' in page
        page = client.post("/dialer/next", {"do": "skip"}, headers=PART).content.decode()
        assert "Nobody to call just now" in page
        session = session_of(bob)
        assert session
        assert session.passed == [leads[1].pk]
        assert "Paused" in client.post("/dialer/rest", {"do": "pause"}, headers=PART).content.decode()
        assert "Dial list, 2 leads" in client.post("/dialer/rest", {"do": "end"}, headers=PART).content.decode()

    def test_it_works_without_script(self, client: Client, leads: list[Lead], source: str) -> None:
        assert "Lead 0" in client.post("/dialer/start", {"source": source}, follow=True).content.decode()
        page = client.post(f"/leads/{leads[0].uuid}/calls", {"at": "dialer"}, follow=True).content.decode()
        assert f"tel:{leads[0].phone_e164}" in page

    def test_a_lead_that_may_not_be_called_any_more_says_why(
        self, client: Client, leads: list[Lead], source: str
    ) -> None:
        client.post("/dialer/start", {"source": source}, headers=PART)
        suppression.opt_out(leads[0].organization, leads[0].address, reason="STOP", by=BY, now=timezone.now())
        answer = client.post(f"/leads/{leads[0].uuid}/calls", {"at": "dialer"}, headers=PART)
        assert answer.status_code == 409
        page = answer.content.decode()
        assert "Opted out" in page
        assert "Skip" in page
        assert "tel:" not in page

    def test_there_was_no_call_keeps_the_lead(self, client: Client, leads: list[Lead], source: str) -> None:
        client.post("/dialer/start", {"source": source}, headers=PART)
        client.post(f"/leads/{leads[0].uuid}/calls", {"at": "dialer"}, headers=PART)
        call = Call.objects.get()
        given = {"do": "none", "at": "dialer"}
        page = client.post(f"/leads/{leads[0].uuid}/calls/{call.pk}", given, headers=PART).content.decode()
        assert "Lead 0" in page
        assert not Call.objects.exists()

    def test_a_source_that_there_is_not_is_refused(self, client: Client) -> None:
        answer = client.post("/dialer/start", {"source": "list:99"}, headers=PART)
        assert answer.status_code == 422
        assert "Choose what to work through." in answer.content.decode()

    def test_the_page_costs_a_fixed_number_of_statements(
        self, client: Client, leads: list[Lead], source: str, django_assert_max_num_queries: DjangoAssertNumQueries
    ) -> None:
        with django_assert_max_num_queries(10):
            client.get("/dialer")
        client.post("/dialer/start", {"source": source}, headers=PART)
        for number in range(20):
            Call.objects.create(
                organization=leads[0].organization, lead=leads[0], phone="x",
                started_at=timezone.now() - dt.timedelta(days=number + 2),
            )  # fmt: skip
        with django_assert_max_num_queries(18):
            client.get("/dialer")
