"""Every field can be changed where it stands; what was changed is told; a lead can be printed."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client

from crm.models import Actor, Advisor, Event
from leads import checklists, facts
from leads.models import Lead
from leads.notes import add_note
from tests.conftest import ClientOf, MakeLead

HTMX = {"HX-Request": "true"}


@pytest.fixture
def lead(make_lead: MakeLead, alice: Advisor) -> Lead:
    return make_lead(
        name="Curtis Boyd",
        advisor=alice,
        custom_fields={"years_open": 7, "is_owner": True, "rate": 7.5, "referred by": "Ann", "tree": {"a": 1}},
    )


@pytest.fixture
def client(client_of: ClientOf, alice: Advisor) -> Client:
    return client_of(alice)


VALUES: dict[str, str] = {
    "priority": "high",
    "source": "referral",
    "email": "curtis@ironoak.example",
    "phone": "(415) 555-0199",
    "time_zone": "America/Chicago",
    "date_of_birth": "1980-02-28",
    "start_date": "2010-01-01",
    "requested_amount_given": "$85,000",
    "monthly_revenue_given": "12000",
    "annual_revenue_given": "150000.50",
}


@pytest.mark.parametrize("key", sorted(facts.EDITABLE))
def test_every_fact_can_be_changed(key: str, client: Client, lead: Lead) -> None:
    url = f"/leads/{lead.uuid}/details"
    form = client.get(url, {"edit": key}, headers=HTMX)
    assert form.status_code == 200
    columns = facts.EDITABLE[key].columns
    for column in columns:
        assert f'name="{column}"' in form.content.decode()
    given = {column: VALUES.get(column, "Anything") for column in columns}
    assert client.post(url, {"fact": key, **given}, headers=HTMX).status_code == 200
    lead.refresh_from_db()
    for column in columns:
        assert getattr(lead, column) == given[column].replace("$", "").replace(",", "")
    assert facts.EDITABLE[key].read(lead)
    assert Event.objects.filter(lead_id=lead.pk, name="lead.updated").count() == 1


def test_another_ones_external_id_is_refused(client: Client, lead: Lead, make_lead: MakeLead) -> None:
    make_lead(external_id="X-1")
    form = {"fact": "external_id", "external_id": "X-1"}
    answer = client.post(f"/leads/{lead.uuid}/details", form, headers=HTMX)
    assert answer.status_code == 422
    assert "Another lead answers to this phone or external id." in answer.content.decode()


class TestCustomFields:
    @pytest.mark.parametrize(
        ("key", "given", "kept"),
        [
            ("years_open", "8", 8),
            ("years_open", "eight", "eight"),
            ("is_owner", "false", False),
            ("rate", "8", 8.0),
            ("referred by", "Zoë", "Zoë"),
        ],
    )
    def test_they_are_changed_and_keep_their_kind(
        self, key: str, given: str, kept: Any, client: Client, lead: Lead
    ) -> None:
        url = f"/leads/{lead.uuid}/details"
        assert 'name="value"' in client.get(url, {"edit": f"custom:{key}"}, headers=HTMX).content.decode()
        assert client.post(url, {"fact": f"custom:{key}", "value": given}, headers=HTMX).status_code == 200
        before = lead.custom_fields
        lead.refresh_from_db()
        assert lead.custom_fields == before | {key: kept}
        assert type(lead.custom_fields[key]) is type(kept)

    def test_they_are_added_and_taken_away(self, client: Client, lead: Lead) -> None:
        url = f"/leads/{lead.uuid}/details"
        assert "New custom field" in client.get(url, {"edit": "custom:"}, headers=HTMX).content.decode()
        form = {"fact": "custom:", "name": "Loan  officer", "value": "Dana"}
        assert client.post(url, form, headers=HTMX).status_code == 200
        again = client.post(url, form, headers=HTMX)
        assert again.status_code == 422
        assert "There is a field of this name." in again.content.decode()
        lead.refresh_from_db()
        assert lead.custom_fields["Loan_officer"] == "Dana"
        assert "Loan officer" in client.get(f"/leads/{lead.uuid}").content.decode()
        client.post(url, {"fact": "custom:Loan_officer", "value": " "}, headers=HTMX)
        lead.refresh_from_db()
        assert "Loan_officer" not in lead.custom_fields

    def test_what_is_more_than_a_text_can_only_be_read(self, client: Client, lead: Lead) -> None:
        url = f"/leads/{lead.uuid}/details"
        for key in ("custom:tree", "custom:nonsense"):
            assert client.get(url, {"edit": key}, headers=HTMX).status_code == 404
            assert client.post(url, {"fact": key, "value": "x"}, headers=HTMX).status_code == 404
        assert client.post(url, {"fact": "custom:", "value": "x"}, headers=HTMX).status_code == 422


class TestPrinting:
    def test_it_works(self, client: Client, lead: Lead, alice: Advisor, now: dt.datetime) -> None:
        checklists.ask(lead, name="Bank statement", by=Actor.system(), now=now)
        add_note(lead, body="Wants a canning line", by_advisor=alice, now=now)
        html = client.get(f"/leads/{lead.uuid}/print").content.decode()
        for words in (
            "Curtis Boyd",
            "Bank statement",
            "Wants a canning line",
            "years open",
            "Acme Lending",
            "New Lead",
        ):
            assert words in html, words
        assert "style=" not in html

    def test_strangers_find_nothing(self, lead: Lead, charlie: Advisor, client_of: ClientOf) -> None:
        assert client_of(charlie).get(f"/leads/{lead.uuid}/print").status_code == 404

    @pytest.mark.parametrize("length", [1, 60])
    def test_it_costs_the_same_however_long_it_is(
        self, length: int, client: Client, lead: Lead, alice: Advisor, now: dt.datetime,
        django_assert_max_num_queries: Any,
    ) -> None:  # fmt: skip
        for number in range(length):
            add_note(lead, body=f"Note {number}", by_advisor=alice, now=now)
        with django_assert_max_num_queries(18):
            client.get(f"/leads/{lead.uuid}/print")
