"""POST /v1/leads"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from crm.models import Advisor, Event, Organization
from leads.models import Contact, Lead, Stage
from leads.tallies import stage_totals
from tests.api.caller import Caller


@pytest.fixture
def created(api: Caller) -> Callable[..., dict[str, Any]]:
    """The attributes of a lead made with these fields."""

    def create(**fields: Any) -> dict[str, Any]:
        answer = api.post("", fields)
        assert answer.status_code == 201, answer.content
        return dict(answer.json()["data"]["attributes"])

    return create


def test_it_works(api: Caller) -> None:
    answer = api.post("", {"businessName": "Acme Corp", "phone": "555-0100"})
    assert answer.status_code == 201
    assert answer.json().keys() == {"data", "meta"}
    lead = answer.json()["data"]
    assert lead == api.get(f"/{lead['id']}").json()["data"]


def test_every_field_is_optional(created: Callable[..., dict[str, Any]]) -> None:
    shown = created()
    assert (shown["source"], shown["priority"]) == ("manual", "normal")
    assert shown["stage"]["stageKey"] == "new_lead"
    assert (shown["tags"], shown["customFields"], shown["externalIds"]) == ([], {}, {})
    assert shown["businessName"] is shown["phone"] is shown["monthlyRevenue"] is None


def test_null_is_the_same_as_left_out(created: Callable[..., dict[str, Any]]) -> None:
    fields = (
        "businessName contactFirstName contactLastName email phone industry monthlyRevenue requestedAmount source"
        " priority stageId tags customFields assignToAdvisorId contactId"
    )
    shown = created(**dict.fromkeys(fields.split()))
    assert (shown["source"], shown["priority"], shown["tags"]) == ("manual", "normal", [])


def test_everything_comes_back_as_it_was_given(created: Callable[..., dict[str, Any]]) -> None:
    given = {
        "businessName": "  Smith & Söhne <3 “GmbH” 😀 ",
        "contactFirstName": "Mary Ann",
        "contactLastName": "van Dyke",
        "email": "Mary@Example.COM",
        "phone": "call me: 555-0100",
        "industry": "Retail",
        "monthlyRevenue": "085000.5",
        "requestedAmount": "999999999999.99",
        "source": "referral",
        "priority": "urgent",
        "tags": ["z", "a", "Ünïcode, and a comma"],
        "customFields": {"a": [1, 2.5, None, {"b": "c"}], "": True},
    }
    shown = created(**given)
    assert {key: shown[key] for key in given} == given


def test_money_is_kept_as_a_number_too(created: Callable[..., dict[str, Any]], organization: Organization) -> None:
    created(requestedAmount="250000", monthlyRevenue="85000.5")
    lead = Lead.objects.get(organization=organization)
    assert (lead.requested_amount, lead.monthly_revenue) == (Decimal(250000), Decimal("85000.50"))
    assert sum(totals.requested for totals in stage_totals(organization).values()) == 250000


def test_a_number_that_nobody_can_dial_is_kept_as_given(
    created: Callable[..., dict[str, Any]], organization: Organization
) -> None:
    assert created(phone="555-0100")["phone"] == "555-0100"
    assert Lead.objects.get(organization=organization).phone_e164 is None


def test_a_second_lead_with_one_phone_is_a_lead_of_its_own(
    created: Callable[..., dict[str, Any]], organization: Organization
) -> None:
    for name in ("First", "Second", "Third"):
        assert created(businessName=name, phone="(415) 555-1234")["businessName"] == name
    first, *others = Lead.objects.filter(organization=organization).order_by("pk")
    assert first.duplicate_of is None
    assert [lead.duplicate_of for lead in others] == [first, first]


def test_a_tag_given_twice_is_one_tag(created: Callable[..., dict[str, Any]]) -> None:
    assert created(tags=["a", "b", "a"])["tags"] == ["a", "b"]


def test_unknown_keys_are_ignored(created: Callable[..., dict[str, Any]]) -> None:
    shown = created(businessName="Acme", id="x", isDoNotCall=True, leadScore=99, external_id="x", nonsense=[1])
    assert (shown["isDoNotCall"], shown["leadScore"], shown["externalIds"]) == (False, None, {})


@pytest.mark.parametrize("source", ["manual", "csv_import", "api", "web_form", "referral", "dialer"])
def test_it_takes_every_documented_source(created: Callable[..., dict[str, Any]], source: str) -> None:
    assert created(source=source)["source"] == source


@pytest.mark.parametrize("priority", ["low", "normal", "high", "urgent"])
def test_it_takes_every_documented_priority(created: Callable[..., dict[str, Any]], priority: str) -> None:
    assert created(priority=priority)["priority"] == priority


def test_it_goes_to_the_stage_advisor_and_contact_that_are_named(
    created: Callable[..., dict[str, Any]], organization: Organization, stages: dict[str, Stage], bob: Advisor
) -> None:
    contact = Contact.objects.create(organization=organization, first_name="Jane")
    shown = created(
        stageId=str(stages["qualified"].uuid), assignToAdvisorId=str(bob.uuid).upper(), contactId=str(contact.uuid)
    )
    assert shown["stage"] == {
        "id": str(stages["qualified"].uuid),
        "stageKey": "qualified",
        "stageLabel": "Qualified",
        "color": "#14b8a6",
        "semanticSlot": "qualified",
    }
    assert (shown["primaryAdvisorId"], shown["primaryAdvisorName"]) == (str(bob.uuid), "Bob Baker")
    assert Lead.objects.get(organization=organization).contact == contact


def test_a_lone_angle_bracket_is_no_html(created: Callable[..., dict[str, Any]]) -> None:
    for name in ("A < B", "I <3 U", "a > b", "<", "1<2>1"):
        assert created(businessName=name)["businessName"] == name


def test_the_longest_texts_fit(created: Callable[..., dict[str, Any]]) -> None:
    long = {
        "businessName": "x" * 255,
        "contactFirstName": "é" * 100,
        "contactLastName": "😀" * 100,
        "phone": "5" * 20,
        "industry": "x" * 100,
        "tags": [f"{number:0100d}" for number in range(100)],
        "email": f"{'x' * 64}@{'y' * 60}.{'z' * 60}.{'w' * 60}.com",
    }
    shown = created(**long)
    assert {key: shown[key] for key in long} == long


def test_json_is_read_whatever_the_header_says(api: Caller) -> None:
    for kind in ("text/plain", "application/x-www-form-urlencoded", "application/vnd.api+json", ""):
        assert api.post("", {"businessName": "Acme"}, Content_Type=kind).status_code == 201


def test_it_is_recorded_with_its_key_and_consent(
    created: Callable[..., dict[str, Any]], organization: Organization
) -> None:
    created(businessName="Acme")
    lead = Lead.objects.get(organization=organization)
    assert (lead.consent_basis, bool(lead.consent_at)) == ("partner_attested", True)
    event = Event.objects.get(organization=organization, lead_id=lead.pk)
    assert (event.name, event.actor_kind) == ("lead.created", "credential")
    assert abs(event.happened_at - dt.datetime.now(dt.UTC)) < dt.timedelta(minutes=1)


def test_charlie_makes_leads_only_where_he_is(as_charlie: Caller, other_organization: Organization) -> None:
    as_charlie.post("", {"businessName": "Rival's"})
    assert Lead.objects.get().organization == other_organization
