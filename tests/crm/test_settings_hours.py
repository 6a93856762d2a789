"""Hours in the settings: the office's own, and those in which borrowers may be reached."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from crm.models import Advisor, Event, Organization, Role
from tests.conftest import ClientOf

pytestmark = pytest.mark.django_db
HOURS, CONTACT = "/settings/hours", "/settings/hours/contact"
OFFICE = {"business_from": "10:00", "business_until": "16:30", "business_days": ["6", "1"]}
REACHED = {"contact_from": "09:00", "contact_until": "20:00", "quiet_hours": "1"}


@pytest.fixture
def client(client_of: ClientOf, alice: Advisor) -> Client:
    return client_of(alice)


def test_it_works(client: Client, organization: Organization) -> None:
    assert "Saved" in client.post(HOURS, OFFICE, follow=True).content.decode()
    organization.refresh_from_db()
    assert (organization.business_from, organization.business_until) == (dt.time(10), dt.time(16, 30))
    assert organization.business_days == "16"
    told = Event.objects.get(name="organization.changed")
    assert told.actor_label == "Alice Archer"
    assert told.data["changes"]["business_from"] == ["09:00:00", "10:00:00"]
    page = client.get(HOURS).content.decode()
    assert 'value="10:00"' in page
    assert 'value="6" checked' in page
    assert 'value="2" checked' not in page


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"business_from": "late"}, "Write it like 09:00."),
        ({"business_until": ""}, "Write it like 09:00."),
        ({"business_until": "09:00"}, "end before they begin"),
        ({"business_days": []}, "Choose one day at least."),
        ({"business_days": ["8"]}, "Select a valid choice"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(
    client: Client, organization: Organization, changed: dict[str, object], words: str
) -> None:
    answer = client.post(HOURS, OFFICE | changed)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert 'value="10:00"' in answer.content.decode() or "business_from" in changed
    organization.refresh_from_db()
    assert organization.business_days == "12345"


def test_a_manager_tightens_when_borrowers_are_reached(client: Client, organization: Organization) -> None:
    client.post(CONTACT, REACHED | {"requires_consent": "1"})
    organization.refresh_from_db()
    assert (organization.contact_from, organization.contact_until) == (dt.time(9), dt.time(20))
    assert (organization.quiet_hours, organization.requires_consent) == (True, True)
    assert Event.objects.filter(name="organization.contact_hours_changed").count() == 1


@pytest.mark.parametrize(
    ("looser", "words"),
    [
        ({"contact_from": "08:00"}, "Only an owner makes the contact hours longer"),
        ({"quiet_hours": ""}, "Only an owner makes the contact hours longer"),
        ({"requires_consent": ""}, "Only an owner lets messages go out without"),
    ],
)
def test_only_an_owner_loosens(
    client: Client, alice: Advisor, organization: Organization, looser: dict[str, str], words: str
) -> None:
    tight = REACHED | {"requires_consent": "1"}
    client.post(CONTACT, tight)
    answer = client.post(CONTACT, tight | {"contact_until": "19:00"} | looser)
    assert (answer.status_code, words in answer.content.decode()) == (422, True)
    organization.refresh_from_db()
    assert (organization.contact_until, organization.requires_consent) == (dt.time(20), True)
    Advisor.objects.filter(pk=alice.pk).update(role=Role.ADMIN)
    assert client.post(CONTACT, tight | looser).status_code == 302


def test_nobody_goes_beyond_the_law(client: Client, alice: Advisor) -> None:
    Advisor.objects.filter(pk=alice.pk).update(role=Role.ADMIN)
    answer = client.post(CONTACT, REACHED | {"contact_until": "22:00"})
    assert (answer.status_code, "The law allows 08:00 to 21:00" in answer.content.decode()) == (422, True)


def test_advisors_have_no_part_in_it(bob: Advisor, client_of: ClientOf, organization: Organization) -> None:
    theirs = client_of(bob)
    assert theirs.get(HOURS).status_code == 403
    assert theirs.post(HOURS, OFFICE).status_code == 403
    assert theirs.post(CONTACT, REACHED).status_code == 403
    organization.refresh_from_db()
    assert organization.business_from == dt.time(9)


def test_what_the_page_costs(client: Client, django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_max_num_queries(4):
        client.get(HOURS)
