"""Search in everything, from every page."""

from __future__ import annotations

import pytest
from django.test import Client

from crm.models import Advisor, LeadVisibility, Organization
from tests.conftest import ClientOf, MakeLead

HTMX = {"HX-Request": "true"}


@pytest.fixture
def client(alice: Advisor, client_of: ClientOf) -> Client:
    return client_of(alice)


@pytest.mark.parametrize(
    "text",
    [
        "freight",
        "ASPEN fre",
        "doe mary",
        "mary@aspen",
        "(415) 555-0171",
        "415.555.0171",
        "+1 415 555 0171",
        "4155550171",
        "5550171",
        "EXT-77",
        "as",
    ],
)
def test_a_lead_is_found_by(client: Client, make_lead: MakeLead, text: str) -> None:
    make_lead(
        business_name="Aspen Freight",
        name="Mary Doe",
        phone="(415) 555-0171",
        email="mary@aspen.example",
        external_id="ext-77",
    )
    make_lead(business_name="Birch Bakery", phone="(212) 555-0188")
    found = client.get("/search", {"q": text}, headers=HTMX).content.decode()
    assert "Aspen Freight" in found
    assert "Birch" not in found
    assert "<html" not in found


def test_every_page_has_the_box_and_without_scripts_it_is_a_page(client: Client, make_lead: MakeLead) -> None:
    make_lead(business_name="Aspen Freight")
    assert 'id="find"' in client.get("/board").content.decode()
    page = client.get("/search", {"q": "aspen"}).content.decode()
    assert "<html" in page
    assert "Aspen Freight" in page


@pytest.mark.parametrize("text", ["", "   ", "\x00", "%", "_", '"', "'", "*" * 500, "a" * 500, "\\"])
def test_any_text_is_an_answer(client: Client, make_lead: MakeLead, text: str) -> None:
    make_lead()
    assert client.get("/search", {"q": text}, headers=HTMX).status_code == 200


def test_more_than_fit_are_a_list(client: Client, make_lead: MakeLead) -> None:
    for number in range(9):
        make_lead(business_name=f"Aspen {number}")
    text = client.get("/search", {"q": "aspen"}, headers=HTMX).content.decode()
    assert text.count("found__row") == 8
    assert '"/leads?q=aspen"' in text


def test_nobody_finds_what_they_may_not_see(
    client: Client,
    client_of: ClientOf,
    make_lead: MakeLead,
    organization: Organization,
    alice: Advisor,
    bob: Advisor,
    charlie: Advisor,
) -> None:
    make_lead(business_name="Aspen Hers", advisor=alice)
    make_lead(business_name="Aspen Theirs", organization=charlie.organization)
    organization.advisors_see = LeadVisibility.OWN
    organization.save()
    by_alice = client.get("/search", {"q": "aspen"}).content.decode()
    assert ("Aspen Hers" in by_alice, "Aspen Theirs" in by_alice) == (True, False)
    by_bob = client_of(bob).get("/search", {"q": "aspen"}).content.decode()
    assert "Aspen Hers" not in by_bob
