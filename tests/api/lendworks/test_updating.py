"""PATCH /v1/leads/{id}"""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from crm.models import Advisor, Event, Organization
from leads.models import ConsentBasis, Lead, Stage
from tests.api.caller import Caller
from tests.conftest import MakeLead


@pytest.fixture
def lead(make_lead: MakeLead, bob: Advisor) -> Lead:
    """A lead that came in at another door, with much that LendWorks has no word for."""
    return make_lead(
        name="Jane Doe",
        business_name="Acme",
        phone="(415) 555-1234",
        email="jane@acme.com",
        external_id="app_98765",
        metadata={"campaign": 7},
        notes="Stalled at document upload",
        property_address="1 Main St",
        source_label="application",
        annual_revenue_given="1000000",
        tags=["a", "b"],
        custom_fields={"x": 1, "y": 2},
        requested_amount_given="250000",
        advisor=bob,
    )


def shown(answer: Any) -> dict[str, Any]:
    assert answer.status_code == 200, answer.content
    return dict(answer.json()["data"]["attributes"])


def test_it_works(api: Caller, lead: Lead) -> None:
    answer = api.patch(f"/{lead.uuid}", {"priority": "urgent", "requestedAmount": "500000"})
    assert (shown(answer)["priority"], shown(answer)["requestedAmount"]) == ("urgent", "500000")
    assert answer.json()["data"] == api.get(f"/{lead.uuid}").json()["data"]
    assert answer.json()["meta"].keys() == {"requestId"}


def test_what_is_not_given_stays(api: Caller, lead: Lead) -> None:
    before = shown(api.get(f"/{lead.uuid}"))
    after = shown(api.patch(f"/{lead.uuid}", {"industry": "Retail"}))
    assert {key for key in before if before[key] != after[key]} <= {"industry", "updatedAt"}


def test_what_lendworks_cannot_express_survives(api: Caller, lead: Lead) -> None:
    every_field = {
        "businessName": "New",
        "contactFirstName": "Janet",
        "contactLastName": "Roe",
        "email": "new@acme.com",
        "phone": "555-0100",
        "industry": "Retail",
        "monthlyRevenue": "1",
        "requestedAmount": "2",
        "priority": "low",
        "tags": [],
        "customFields": {},
    }
    shown(api.patch(f"/{lead.uuid}", every_field))
    kept = Lead.objects.get(pk=lead.pk)
    for field in (
        "external_id", "metadata", "notes", "property_address", "source", "source_label", "annual_revenue",
        "annual_revenue_given", "advisor_id", "stage_id", "created_at", "consent_basis", "position",
    ):  # fmt: skip
        assert getattr(kept, field) == getattr(lead, field)


def test_an_empty_update_changes_nothing(api: Caller, lead: Lead) -> None:
    before = api.get(f"/{lead.uuid}").json()["data"]
    assert api.patch(f"/{lead.uuid}", {}).json()["data"] == before


def test_unknown_keys_are_ignored(api: Caller, lead: Lead) -> None:
    before = api.get(f"/{lead.uuid}").json()["data"]
    body = {"id": "x", "isDoNotCall": True, "leadScore": 1, "createdAt": "2020-01-01", "externalIds": {"a": "b"}}
    assert api.patch(f"/{lead.uuid}", body).json()["data"] == before


def test_null_clears(api: Caller, lead: Lead) -> None:
    texts = [
        "businessName",
        "contactFirstName",
        "contactLastName",
        "email",
        "phone",
        "industry",
        "monthlyRevenue",
        "requestedAmount",
    ]
    after = shown(api.patch(f"/{lead.uuid}", dict.fromkeys([*texts, "tags", "customFields", "priority"])))
    assert {after[name] for name in texts} == {None}
    assert (after["tags"], after["customFields"], after["priority"]) == ([], {}, "normal")
    cleared = Lead.objects.get(pk=lead.pk)
    assert (cleared.phone_e164, cleared.requested_amount, cleared.name) == (None, None, "")


def test_tags_and_custom_fields_are_replaced_whole(api: Caller, lead: Lead) -> None:
    after = shown(api.patch(f"/{lead.uuid}", {"tags": ["z", "a"], "customFields": {"z": 3}}))
    assert (after["tags"], after["customFields"]) == (["z", "a"], {"z": 3})


def test_a_new_first_name_makes_a_new_whole_name(api: Caller, lead: Lead) -> None:
    shown(api.patch(f"/{lead.uuid}", {"contactFirstName": "Janet"}))
    assert Lead.objects.get(pk=lead.pk).name == "Janet Doe"
    assert api.get("?search=Janet Doe").json()["meta"]["total"] == 1


@pytest.mark.parametrize("value", [None, "x", "d290f1ee-6c54-4b01-90e6-d701748f0851"])
def test_it_refuses_what_cannot_be_changed_and_changes_nothing(api: Caller, lead: Lead, value: str | None) -> None:
    fixed = ["source", "stageId", "assignToAdvisorId", "contactId"]
    answer = api.patch(f"/{lead.uuid}", {**dict.fromkeys(fixed, value), "businessName": "New"})
    assert answer.status_code == 422
    entries = answer.json()["errors"]
    assert sorted(entry["detail"]["field"] for entry in entries) == sorted(fixed)
    assert entries[0]["message"] == f"Field '{entries[0]['detail']['field']}' cannot be changed by an update"
    assert Lead.objects.get(pk=lead.pk).business_name == "Acme"


def test_every_failing_field_is_named_at_once(api: Caller, lead: Lead, stages: dict[str, Stage]) -> None:
    body = {"email": "jane", "businessName": "", "stageId": str(stages["lost"].uuid), "priority": 5}
    answer = api.patch(f"/{lead.uuid}", body)
    assert answer.status_code == 422
    assert {entry["detail"]["field"] for entry in answer.json()["errors"]} == body.keys()


def test_it_may_take_a_phone_that_another_lead_has(api: Caller, lead: Lead, make_lead: MakeLead) -> None:
    second = make_lead(phone="(415) 555-9999")
    assert shown(api.patch(f"/{second.uuid}", {"phone": "415.555.1234"}))["phone"] == "415.555.1234"
    second.refresh_from_db()
    assert (second.phone_e164, second.duplicate_of) == ("+14155551234", lead)


def test_the_duplicate_answers_when_the_first_lead_gives_its_phone_up(
    api: Caller, lead: Lead, make_lead: MakeLead
) -> None:
    second = make_lead(phone="(415) 555-1234")
    assert shown(api.patch(f"/{lead.uuid}", {"phone": "555-0100"}))["phone"] == "555-0100"
    second.refresh_from_db()
    assert second.duplicate_of is None


def test_a_change_is_recorded_once_with_its_key(api: Caller, lead: Lead, organization: Organization) -> None:
    shown(api.patch(f"/{lead.uuid}", {"priority": "low"}))
    shown(api.patch(f"/{lead.uuid}", {"priority": "low"}))
    event = Event.objects.get(organization=organization, name="lead.updated")
    assert (event.actor_kind, event.data["changes"]) == ("credential", {"priority": ["normal", "low"]})


def test_a_lead_without_consent_gets_none_by_being_changed(api: Caller, lead: Lead) -> None:
    shown(api.patch(f"/{lead.uuid}", {"priority": "low"}))
    assert Lead.objects.get(pk=lead.pk).consent_basis == ConsentBasis.NONE


def test_charlie_changes_nothing_and_learns_nothing(as_charlie: Caller, lead: Lead) -> None:
    for body in ({"priority": "low"}, {"stageId": "x"}, {"email": "bad"}):
        hidden, nowhere = as_charlie.patch(f"/{lead.uuid}", body), as_charlie.patch(f"/{uuid.uuid4()}", body)
        assert hidden.status_code == nowhere.status_code == 404
        assert hidden.json()["errors"] == nowhere.json()["errors"]
    assert Lead.objects.get(pk=lead.pk).priority == "normal"
