"""The lead page as a whole: who may see it, what it costs, what it shows."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.test import Client

from crm import events
from crm.models import Actor, Advisor, LeadVisibility, Organization
from leads import messaging
from leads.models import Lead, Note
from leads.notes import add_note
from tests.conftest import ClientOf, MakeLead

HTMX = {"HX-Request": "true"}


@pytest.fixture
def lead(make_lead: MakeLead, alice: Advisor) -> Lead:
    return make_lead(
        name="Curtis Boyd",
        business_name="Iron Oak Brewing Co.",
        email="curtis@ironoak.example",
        requested_amount_given="310000",
        notes="Wants a canning line",
        custom_fields={"years_open": 7},
        tags=["SBA 7(a)"],
        advisor=alice,
    )


@pytest.fixture
def client(client_of: ClientOf, alice: Advisor) -> Client:
    return client_of(alice)


def page(client: Client, lead: Lead, query: str = "") -> str:
    answer = client.get(f"/leads/{lead.uuid}{query}")
    assert answer.status_code == 200, answer
    return answer.content.decode()


def test_it_works(client: Client, lead: Lead) -> None:
    html = page(client, lead)
    for words in (
        "Iron Oak Brewing Co.", "$310,000", "Curtis Boyd", "(415) 555-1001", "curtis@ironoak.example",
        "Wants a canning line", "years open", "SBA 7(a)", "Alice Archer", "brought the lead in", "Open now",
    ):  # fmt: skip
        assert words in html, words


def test_it_hides_what_is_not_known(client: Client, lead: Lead) -> None:
    html = page(client, lead)
    assert "Doing business as</dt>" not in html
    assert "Not known yet" in html


def test_it_has_no_script_or_style_of_its_own(client: Client, lead: Lead) -> None:
    html = page(client, lead)
    assert "style=" not in html
    assert "<style" not in html
    assert " on" + "click" not in html


ROUTES = (
    ("get", ""), ("get", "/details"), ("post", "/details"), ("post", "/do-not-call"), ("post", "/deletion"),
    ("get", "/advisor"), ("post", "/advisor"), ("get", "/timeline"), ("get", "/conversation"), ("get", "/channel"),
    ("post", "/messages"), ("post", "/replies"), ("post", "/notes"), ("post", "/checklist"),
    ("post", "/checklist/asked-1"),
)  # fmt: skip


@pytest.mark.parametrize(("method", "route"), ROUTES)
def test_strangers_find_nothing(method: str, route: str, lead: Lead, charlie: Advisor, client_of: ClientOf) -> None:
    stranger = client_of(charlie)
    for headers in ({}, HTMX):
        answer = getattr(stranger, method)(f"/leads/{lead.uuid}{route}", headers=headers)
        assert answer.status_code == 404
    assert Note.objects.count() == 0


@pytest.mark.parametrize(("method", "route"), ROUTES)
def test_an_advisor_who_sees_only_their_own_finds_nothing_of_others(
    method: str, route: str, lead: Lead, bob: Advisor, client_of: ClientOf
) -> None:
    Organization.objects.filter(pk=bob.organization_id).update(advisors_see=LeadVisibility.OWN)
    answer = getattr(client_of(bob), method)(f"/leads/{lead.uuid}{route}")
    assert answer.status_code == 404


@pytest.mark.parametrize(("method", "route"), ROUTES)
def test_it_asks_who_is_there(method: str, route: str, lead: Lead) -> None:
    answer = getattr(Client(), method)(f"/leads/{lead.uuid}{route}")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/sign-in")


def test_a_deleted_lead_is_gone(client: Client, lead: Lead) -> None:
    assert client.post(f"/leads/{lead.uuid}/deletion")["Location"] == "/board"
    assert client.get(f"/leads/{lead.uuid}").status_code == 404


def test_only_managers_delete(lead: Lead, bob: Advisor, client_of: ClientOf) -> None:
    client = client_of(bob)
    assert "Delete this lead" not in page(client, lead)
    assert client.post(f"/leads/{lead.uuid}/deletion").status_code == 403


@pytest.mark.parametrize("length", [1, 100])
def test_it_costs_the_same_however_long_the_timeline_is(
    length: int, client: Client, lead: Lead, alice: Advisor, now: dt.datetime, django_assert_max_num_queries: object
) -> None:
    for number in range(length):
        at = now - dt.timedelta(minutes=number)
        add_note(lead, body=f"Note {number}", by_advisor=alice, now=at)
        messaging.receive(lead.organization, address=lead.address, body=f"Hello {number}", now=at)
        events.record("checklist.item_asked", organization=lead.organization, lead_id=lead.pk, by=Actor.system(),
                      now=at, item=f"Paper {number}")  # fmt: skip
    with django_assert_max_num_queries(27):  # type: ignore[operator]
        page(client, lead)


def test_it_moves_on_from_the_page(client: Client, lead: Lead) -> None:
    html = page(client, lead)
    assert f'action="/leads/{lead.uuid}/moves"' in html


class TestDuplicates:
    def test_it_points_to_a_lead_with_the_same_phone(self, client: Client, lead: Lead, make_lead: MakeLead) -> None:
        twin = make_lead(name="Curt Boyd", phone=lead.phone)
        html = page(client, lead)
        assert "Possible duplicate" in html
        assert f"/leads/{twin.uuid}" in html

    def test_it_points_to_a_lead_with_the_same_email(self, client: Client, lead: Lead, make_lead: MakeLead) -> None:
        make_lead(name="Curt Boyd", email="CURTIS@ironoak.example")
        assert "has the same e-mail address" in page(client, lead)

    def test_it_names_no_lead_that_the_advisor_may_not_see(
        self, make_lead: MakeLead, alice: Advisor, bob: Advisor, lead: Lead, client_of: ClientOf
    ) -> None:
        Organization.objects.filter(pk=bob.organization_id).update(advisors_see=LeadVisibility.OWN)
        own = make_lead(name="Own", phone=lead.phone, advisor=bob)
        html = page(client_of(bob), own)
        assert "Possible duplicate" not in html
        assert "Iron Oak" not in html


class TestDoNotCall:
    def test_it_works(self, client: Client, lead: Lead) -> None:
        client.post(f"/leads/{lead.uuid}/do-not-call", {"reason": "Asked us to stop"})
        lead.refresh_from_db()
        assert (lead.is_do_not_call, lead.dnc_reason) == (True, "Asked us to stop")
        html = page(client, lead)
        assert "light--never" in html
        assert "set do-not-call" in html

    def test_it_asks_for_a_reason(self, client: Client, lead: Lead) -> None:
        answer = client.post(f"/leads/{lead.uuid}/do-not-call", {"reason": ""}, follow=True)
        assert "Say why" in answer.content.decode()
        lead.refresh_from_db()
        assert not lead.is_do_not_call

    def test_a_manager_lifts_it(self, client: Client, lead: Lead) -> None:
        client.post(f"/leads/{lead.uuid}/do-not-call", {"reason": "No"})
        client.post(f"/leads/{lead.uuid}/do-not-call", {"lift": "1"})
        lead.refresh_from_db()
        assert not lead.is_do_not_call

    def test_others_do_not_lift_it(self, client: Client, lead: Lead, bob: Advisor, client_of: ClientOf) -> None:
        client.post(f"/leads/{lead.uuid}/do-not-call", {"reason": "No"})
        assert client_of(bob).post(f"/leads/{lead.uuid}/do-not-call", {"lift": "1"}).status_code == 403


class TestAssignment:
    def test_it_works(self, client: Client, lead: Lead, bob: Advisor) -> None:
        assert "Bob Baker" in client.get(f"/leads/{lead.uuid}/advisor", headers=HTMX).content.decode()
        answer = client.post(f"/leads/{lead.uuid}/advisor", {"advisor": str(bob.uuid)}, headers=HTMX)
        assert "Bob Baker" in answer.content.decode()
        lead.refresh_from_db()
        assert lead.advisor == bob
        assert f'name="version" value="{lead.version}"' in answer.content.decode()  # so that the next move is not stale

    def test_it_takes_nobody_of_another_organization(self, client: Client, lead: Lead, charlie: Advisor) -> None:
        answer = client.post(f"/leads/{lead.uuid}/advisor", {"advisor": str(charlie.uuid)}, headers=HTMX)
        assert answer.status_code == 422
        lead.refresh_from_db()
        assert lead.advisor != charlie

    def test_whoever_gives_their_lead_away_goes_back_to_the_board(
        self, lead: Lead, alice: Advisor, bob: Advisor, client_of: ClientOf
    ) -> None:
        Organization.objects.filter(pk=bob.organization_id).update(advisors_see=LeadVisibility.OWN)
        Lead.objects.filter(pk=lead.pk).update(advisor=bob)
        answer = client_of(bob).post(f"/leads/{lead.uuid}/advisor", {"advisor": str(alice.uuid)})
        assert answer["Location"] == "/board"


class TestDetails:
    def change(self, client: Client, lead: Lead, **form: str) -> tuple[int, str]:
        answer = client.post(f"/leads/{lead.uuid}/details", form, headers=HTMX)
        return answer.status_code, answer.content.decode()

    def test_it_works(self, client: Client, lead: Lead) -> None:
        assert "edit-phone" in client.get(f"/leads/{lead.uuid}/details?edit=phone", headers=HTMX).content.decode()
        status, html = self.change(client, lead, fact="phone", phone="(813) 555-0167")
        assert status == 200
        assert "(813) 555-0167" in html
        assert 'id="lead-head"' in html  # the head is fresh too
        assert "changed phone" in page(client, lead)

    def test_it_reads_money_as_people_write_it(self, client: Client, lead: Lead) -> None:
        self.change(client, lead, fact="amount", requested_amount_given="$85,000")
        lead.refresh_from_db()
        assert (lead.requested_amount, lead.requested_amount_given) == (85000, "85000")

    def test_it_says_beside_the_field_what_is_wrong(self, client: Client, lead: Lead) -> None:
        status, html = self.change(client, lead, fact="amount", requested_amount_given="a lot")
        assert status == 422
        assert "must be a number" in html
        status, html = self.change(client, lead, fact="email", email="nobody")
        assert status == 422
        assert "not an e-mail address" in html

    def test_it_says_which_lead_has_the_phone(self, client: Client, lead: Lead, make_lead: MakeLead) -> None:
        other = make_lead(name="Tom Strand")
        status, html = self.change(client, lead, fact="phone", phone=other.phone)
        assert status == 422
        assert f"/leads/{other.uuid}" in html
        assert "Tom Strand" in html

    def test_it_replaces_tags(self, client: Client, lead: Lead) -> None:
        self.change(client, lead, fact="tags", tags="Repeat client,  SBA 7(a) , ,Repeat client")
        assert list(lead.lead_tags.order_by("pk").values_list("tag__name", flat=True)) == ["Repeat client", "SBA 7(a)"]

    def test_it_changes_nothing_else(self, client: Client, lead: Lead) -> None:
        assert self.change(client, lead, fact="score", score="100")[0] == 404
        assert client.get(f"/leads/{lead.uuid}/details?edit=organization", headers=HTMX).status_code == 404

    def test_it_works_without_script(self, client: Client, lead: Lead) -> None:
        assert 'id="edit-industry"' in page(client, lead, "?edit=industry")
        answer = client.post(f"/leads/{lead.uuid}/details", {"fact": "industry", "industry": "Brewing"})
        assert answer["Location"] == f"/leads/{lead.uuid}"
        answer = client.post(f"/leads/{lead.uuid}/details", {"fact": "email", "email": "nobody"})
        assert answer.status_code == 422
        assert "<html" in answer.content.decode()


class TestChecklist:
    def test_it_works(self, client: Client, lead: Lead) -> None:
        answer = client.post(
            f"/leads/{lead.uuid}/checklist", {"name": "Voided check", "kind": "document"}, headers=HTMX
        )
        assert "0 of 1" in answer.content.decode()
        item = lead.checklist_items.get()
        answer = client.post(
            f"/leads/{lead.uuid}/checklist/asked-{item.pk}", {"is_done": "1", "value": "Chase"}, headers=HTMX
        )
        assert "1 of 1" in answer.content.decode()
        item.refresh_from_db()
        assert (item.status, item.value) == ("completed", "Chase")
        client.post(f"/leads/{lead.uuid}/checklist/asked-{item.pk}", {"value": "Chase"})
        item.refresh_from_db()
        assert item.status == "pending"

    def test_it_refuses_an_item_of_another_lead(self, client: Client, lead: Lead, make_lead: MakeLead) -> None:
        other = make_lead()
        client.post(f"/leads/{other.uuid}/checklist", {"name": "EIN", "kind": "text"})
        item = other.checklist_items.get()
        answer = client.post(f"/leads/{lead.uuid}/checklist/asked-{item.pk}", {"is_done": "1"})
        assert answer.status_code == 404

    def test_it_asks_for_a_name(self, client: Client, lead: Lead) -> None:
        answer = client.post(f"/leads/{lead.uuid}/checklist", {"name": "", "kind": "document"}, headers=HTMX)
        assert answer.status_code == 422
        assert "Say what you need" in answer.content.decode()


def test_nothing_breaks_on_unknown_parameters(client: Client, lead: Lead) -> None:
    for query in ("?show=nonsense", "?before=9-9", f"?before={'9' * 16}-1-1", "?show=changes&before=1-4-1"):
        page(client, lead, query)
    assert client.get(f"/leads/{uuid.uuid4()}").status_code == 404
