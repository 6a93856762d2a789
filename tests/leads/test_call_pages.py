"""Calls on the lead page and the queue, and the settings of calls."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from crm.models import Actor, Advisor, Event, Organization
from leads import dispositions, suppression
from leads.models import Call, ContactDecision, Disposition, Lead, QueueClaim, Stage, Task
from tests.conftest import ClientOf, MakeLead

PART = {"HX-Request": "true"}
BY = Actor.system()


@pytest.fixture
def client(bob: Advisor, client_of: ClientOf) -> Client:
    return client_of(bob)


@pytest.fixture
def lead(make_lead: MakeLead, bob: Advisor) -> Lead:
    return make_lead(name="Ann Lee", business_name="Cedar Dental", phone="+12125550101", advisor=bob)


def uuid_of(organization: Organization, label: str) -> str:
    return str(Disposition.objects.get(organization=organization, label=label).uuid)


def called(client: Client, lead: Lead, **more: str) -> tuple[int, str]:
    answer = client.post(f"/leads/{lead.uuid}/calls", {"do": "call", "at": "lead"} | more, headers=PART)
    return answer.status_code, answer.content.decode()


def test_it_works(client: Client, lead: Lead, organization: Organization) -> None:
    assert "tel:" not in client.get(f"/leads/{lead.uuid}").content.decode()
    status, panel = called(client, lead)
    assert status == 200
    assert 'href="tel:+12125550101"' in panel
    assert "data-dial-now" in panel
    assert "(212) 555-0101" in panel
    call = Call.objects.get()
    page = client.get(f"/leads/{lead.uuid}").content.decode()
    assert "still to be logged" in page
    assert "tel:+12125550101" in page
    assert "data-dial-now" not in page
    ending = {"disposition": uuid_of(organization, "Connected"), "notes": "36 months", "length": "4:30", "at": "lead"}
    answer = client.post(f"/leads/{lead.uuid}/calls/{call.pk}", ending, headers=PART)
    assert "Cedar Dental: Connected" in answer.content.decode()
    assert set(answer["HX-Trigger"].split('"')) >= {"lead-changed", "call-logged"}
    call.refresh_from_db()
    assert (call.disposition, call.notes, call.seconds) == ("Connected", "36 months", 270)
    page = client.get(f"/leads/{lead.uuid}").content.decode()
    assert "4 min 30 s, Connected" in page
    assert "36 months" in page
    assert "tel:" not in page


class TestRefused:
    def test_for_good(self, client: Client, lead: Lead) -> None:
        suppression.opt_out(lead.organization, lead.address, reason="STOP", by=BY, now=timezone.now())
        status, panel = called(client, lead, why="but I want to")
        assert (status, "tel:" in panel, "Call all the same" in panel) == (409, False, False)
        assert "Opted out" in panel

    def test_by_the_hour_with_their_time_until_one_insists(
        self, client: Client, lead: Lead, organization: Organization
    ) -> None:
        early = (timezone.now().hour - 5) % 24 < 12  # about New York's time; the hours are set so that it is closed
        opens, closes = (dt.time(20), dt.time(21)) if early else (dt.time(8), dt.time(9))
        Organization.objects.update(quiet_hours=True, contact_from=opens, contact_until=closes)
        status, panel = called(client, lead)
        assert (status, "tel:" in panel) == (409, False)
        assert "Their time:" in panel
        assert "in New York" in panel
        assert "Call all the same" in panel
        status, panel = called(client, lead, why="She asked for this hour")
        assert (status, "tel:+12125550101" in panel) == (200, True)
        assert ContactDecision.objects.filter(verdict="anyway").count() == 1
        page = client.get(f"/leads/{lead.uuid}").content.decode()
        assert "called all the same: She asked for this hour" in page

    def test_while_a_colleague_has_the_lead(self, client: Client, lead: Lead, alice: Advisor) -> None:
        QueueClaim.objects.create(
            organization=lead.organization, lead=lead, advisor=alice, until=timezone.now() + dt.timedelta(minutes=5)
        )
        status, panel = called(client, lead)
        assert (status, "tel:" in panel) == (409, False)
        assert "Alice Archer has it" in panel

    def test_without_script_it_says_so_on_the_page(self, client: Client, lead: Lead) -> None:
        suppression.set_do_not_call(lead, reason="asked", by=BY, now=timezone.now())
        page = client.post(f"/leads/{lead.uuid}/calls", {"do": "call"}, follow=True).content.decode()
        assert "On the do-not-call list: asked" in page
        assert "tel:" not in page


class TestLogged:
    @pytest.fixture
    def address(self, client: Client, lead: Lead) -> str:
        called(client, lead)
        return f"/leads/{lead.uuid}/calls/{Call.objects.get().pk}"

    @pytest.mark.parametrize(
        ("given", "words"),
        [
            ({}, "Say how it ended."),
            ({"disposition": "nonsense"}, "Say how it ended."),
            ({"disposition": "Connected", "length": "a while"}, "Write it like 4:30."),
            ({"disposition": "Call back"}, "When shall they be called back?"),
            ({"disposition": "Call back", "callback_at": "2020-01-01T09:00"}, "a time to come"),
            ({"disposition": "Call back", "callback_at": "soon"}, "no date and time"),
            ({"disposition": "Connected", "stage": "00000000-0000-7000-8000-000000000000"}, "That stage is gone."),
        ],
    )
    def test_what_makes_no_sense_is_said_and_nothing_is_lost(
        self, client: Client, organization: Organization, address: str, given: dict[str, str], words: str
    ) -> None:
        if given.get("disposition", "nonsense") != "nonsense":
            given = given | {"disposition": uuid_of(organization, given["disposition"])}
        answer = client.post(address, given | {"notes": "Keep this", "at": "lead"}, headers=PART)
        assert answer.status_code == 422
        assert words in answer.content.decode()
        assert "Keep this" in answer.content.decode()
        assert Call.objects.get().is_open

    def test_a_time_for_another_ending_does_not_count(
        self, client: Client, organization: Organization, address: str
    ) -> None:
        given = {"disposition": uuid_of(organization, "Busy"), "callback_at": "2099-01-01T09:00"}
        assert client.post(address, given, headers=PART).status_code == 200
        assert not Task.objects.exists()

    def test_what_the_stage_asks_for_is_asked(
        self, client: Client, organization: Organization, address: str, stages: dict[str, Stage], lead: Lead
    ) -> None:
        Stage.objects.filter(pk=stages["lost"].pk).update(asks_for="lost_reason")
        given = {"disposition": uuid_of(organization, "Not interested"), "stage": str(stages["lost"].uuid)}
        answer = client.post(address, given, headers=PART)
        assert (answer.status_code, 'name="lost_reason"' in answer.content.decode()) == (422, True)
        assert client.post(address, given | {"lost_reason": "His bank"}, headers=PART).status_code == 200
        lead.refresh_from_db()
        assert (lead.stage.key, lead.lost_reason) == ("lost", "His bank")

    def test_a_second_click_is_told_the_same(self, client: Client, organization: Organization, address: str) -> None:
        given = {"disposition": uuid_of(organization, "Busy"), "at": "queue"}
        assert [client.post(address, given, headers=PART).status_code for _ in range(2)] == [200, 200]
        assert "logged already" in client.post(address, {}, headers=PART).content.decode()
        assert Event.objects.filter(name="call.logged").count() == 1

    def test_nobody_logs_a_colleagues_call(
        self, client_of: ClientOf, alice: Advisor, charlie: Advisor, organization: Organization, address: str
    ) -> None:
        given = {"disposition": uuid_of(organization, "Busy")}
        for other in (alice, charlie):
            assert client_of(other).post(address, given, headers=PART).status_code == 404
        assert Call.objects.get().is_open

    def test_there_may_have_been_none(self, client: Client, address: str) -> None:
        assert "No call was written down" in client.post(address, {"do": "none"}, headers=PART).content.decode()
        assert not Call.objects.exists()

    def test_the_queue_shows_what_is_still_to_be_logged(self, client: Client, address: str) -> None:
        assert address in client.get("/queue").content.decode()


def test_a_call_that_came_in_is_logged_too(client: Client, lead: Lead) -> None:
    status, panel = called(client, lead, do="inbound")
    assert (status, "tel:" in panel) == (200, False)
    assert Call.objects.get().is_inbound


def test_the_script_has_the_names_put_in(client: Client, lead: Lead, organization: Organization) -> None:
    Organization.objects.update(call_script="Hi {first_name} of {business_name}, {advisor} here. <b>")
    panel = called(client, lead)[1]
    assert "Hi Ann of Cedar Dental, Bob Baker here. &lt;b&gt;" in panel


def test_the_organizations_telephone_opens_instead(client: Client, lead: Lead) -> None:
    Organization.objects.update(click_to_call="https://pbx.example/dial?to={number}")
    panel = called(client, lead)[1]
    assert 'href="https://pbx.example/dial?to=%2B12125550101" target="_blank" rel="noopener noreferrer"' in panel


def test_calls_cost_a_fixed_number_of_statements(
    client: Client, lead: Lead, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(12):
        Call.objects.create(
            organization=lead.organization,
            lead=lead,
            phone=lead.phone,
            started_at=timezone.now() - dt.timedelta(days=number + 2),
        )
    with django_assert_max_num_queries(34):
        called(client, lead)
    with django_assert_max_num_queries(36):
        client.get(f"/leads/{lead.uuid}")


class TestSettings:
    @pytest.fixture
    def manager(self, alice: Advisor, client_of: ClientOf) -> Client:
        return client_of(alice)

    def test_it_works(self, manager: Client, organization: Organization) -> None:
        page = manager.get("/settings/calls").content.decode()
        assert "Try again after 30 min" in page
        assert "Try again after 24 h" in page
        given = {"label": "Gatekeeper", "outcome": "missed", "does": "retry", "hours": "1.5"}
        assert manager.post("/settings/calls/new", given).status_code == 302
        added = Disposition.objects.get(label="Gatekeeper")
        assert added.retry_after == 90
        assert manager.post(f"/settings/calls/{added.uuid}", given | {"does": ""}).status_code == 302
        added.refresh_from_db()
        assert (added.does, added.retry_after) == ("", 0)
        manager.post(f"/settings/calls/{added.uuid}/shift", {"to": "up"})
        manager.post(f"/settings/calls/{added.uuid}/deletion")
        assert dispositions.of(organization).count() == len(dispositions.USUAL)

    @pytest.mark.parametrize(
        ("given", "words"),
        [
            ({"label": "", "outcome": "missed"}, "Give it a name."),
            ({"label": "Busy", "outcome": "missed"}, "one of this name already"),
            ({"label": "New", "outcome": "missed", "does": "retry"}, "Between 0.1 and 336 hours."),
            ({"label": "New", "outcome": "missed", "does": "retry", "hours": "1000"}, "Between 0.1 and 336 hours."),
            ({"label": "New", "outcome": "elsewhere"}, "elsewhere"),
        ],
    )
    def test_what_makes_no_sense_is_said(self, manager: Client, given: dict[str, str], words: str) -> None:
        answer = manager.post("/settings/calls/new", given)
        assert answer.status_code == 422
        assert words in answer.content.decode()

    def test_the_telephone(self, manager: Client, organization: Organization) -> None:
        given = {"click_to_call": "sip:{number}@pbx.example", "call_script": "Hello"}
        assert manager.post("/settings/calls/telephone", given).status_code == 302
        organization.refresh_from_db()
        assert (organization.click_to_call, organization.call_script) == ("sip:{number}@pbx.example", "Hello")

    @pytest.mark.parametrize(
        "address",
        ["javascript:alert('{number}')", "JavaScript:{number}", "data:text/html,{number}", "http://x/{number}",
         "tel:", "{number}", "not one {number}", "tel: {number}"],
    )  # fmt: skip
    def test_what_may_not_stand_in_a_link_is_refused(self, manager: Client, address: str) -> None:
        answer = manager.post("/settings/calls/telephone", {"click_to_call": address})
        assert answer.status_code == 422
        assert Organization.objects.exclude(click_to_call="").count() == 0

    def test_advisors_have_no_business_there(self, client: Client) -> None:
        assert client.get("/settings/calls").status_code == 403
