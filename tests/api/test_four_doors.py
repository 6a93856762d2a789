"""One lead at every door: what is made, changed or deleted at one is seen at each of the others."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client

from crm.models import Advisor, CredentialKind, Event, Organization, WebhookDelivery, WebhookEndpoint
from leads.models import Company, DialList, Lead, Slot
from tests.api.caller import Caller
from tests.api.conftest import KeyOf

PHONE = "+14155551234"
FIELDS = {
    "external_ids": {"salesforce": "00Q1"},
    "external_id": "app_1",
    "metadata": {"utm": "spring"},
    "custom_fields": {"fico": 700},
    "property_address": "1 Main St",
    "priority": "urgent",
    "source_label": "Website",
    "requested_amount_given": "85000.50",
    "alt_phone_1": "2125550000",
    "start_date": "2015-01-01",
    "status_code": "CALLBK",
    "gender": "F",
}


@dataclass
class Doors:
    """A caller at each of the contracts; every one speaks of the lead with this phone number."""

    lendworks: Caller
    recoverbiz: Caller
    userleads: Caller
    convoso: Callable[..., Any]

    def shown(self) -> dict[str, dict[str, Any]]:
        """The one lead there is, as each contract shows it."""
        seen = {
            "lendworks": self.lendworks.get("/leads").json()["data"],
            "recoverbiz": self.recoverbiz.get("/leads").json()["leads"],
            "userleads": self.userleads.get("/leads").json()["data"],
            "convoso": self.convoso("search").json()["results"],
        }
        return {door: leads[0] if len(leads) == 1 else {"not one": leads} for door, leads in seen.items()}

    def statuses(self) -> set[str]:
        """What each contract with such a thing says where the lead stands."""
        shown = self.shown()
        return {
            shown["lendworks"]["attributes"]["stage"]["semanticSlot"],
            shown["recoverbiz"]["status"],
            shown["userleads"]["status"],
        }


@pytest.fixture
def doors(organization: Organization, bob: Advisor, key_of: KeyOf) -> Doors:
    token = key_of(organization, CredentialKind.CONVOSO)

    def convoso(what: str, **form: Any) -> Any:
        return Client().post(f"/v1/leads/{what}", {"auth_token": token, **form})

    return Doors(
        Caller("/v1", Authorization=f"Bearer {key_of(organization, CredentialKind.LENDWORKS)}"),
        Caller(f"/v1/accounts/{organization.public_id}", X_Partner_Key=key_of(organization)),
        Caller("/v1", X_API_Key=key_of(organization, CredentialKind.USERLEADS, advisor=bob)),
        convoso,
    )


@pytest.fixture
def company(organization: Organization) -> Company:
    return Company.objects.create(organization=organization, name="Cedarworks", phone=PHONE)


@pytest.fixture
def dial_list(organization: Organization) -> DialList:
    return DialList.objects.create(organization=organization, name="Fresh leads")


def at_lendworks(doors: Doors, company: Company, dial_list: DialList, bob: Advisor) -> Any:
    body = {"businessName": "Cedarworks", "phone": PHONE, "assignToAdvisorId": str(bob.uuid)}
    return doors.lendworks.post("/leads", body)


def at_recoverbiz(doors: Doors, company: Company, dial_list: DialList, bob: Advisor) -> Any:
    answer = doors.recoverbiz.post("/leads", {"phone": PHONE, "company": "Cedarworks"})
    Lead.objects.update(advisor=bob)  # no contract but LendWorks' and userleads says whose a lead is
    return answer


def at_userleads(doors: Doors, company: Company, dial_list: DialList, bob: Advisor) -> Any:
    return doors.userleads.post("/leads", {"company_id": company.pk})


def at_convoso(doors: Doors, company: Company, dial_list: DialList, bob: Advisor) -> Any:
    number = PHONE.removeprefix("+1")
    answer = doors.convoso("insert", phone_number=number, list_id=dial_list.pk, business_name="Cedarworks")
    Lead.objects.update(advisor=bob)
    return answer


@pytest.fixture
def webhooks(organization: Organization, now: dt.datetime) -> Callable[[], list[str]]:
    """What a LendWorks customer of Acme's is told, in order."""
    WebhookEndpoint.objects.create(
        organization=organization, contract="lendworks", url="https://hooks.example/", created_at=now
    )
    return lambda: list(WebhookDelivery.objects.order_by("pk").values_list("event_type", flat=True))


@pytest.mark.parametrize("way_in", [at_lendworks, at_recoverbiz, at_userleads, at_convoso])
def test_a_lead_made_at_one_door_is_seen_at_every_other(
    doors: Doors,
    company: Company,
    dial_list: DialList,
    bob: Advisor,
    webhooks: Callable[[], list[str]],
    way_in: Callable[..., Any],
) -> None:
    answer = way_in(doors, company, dial_list, bob)
    assert answer.status_code in (200, 201), answer.content
    lead = Lead.objects.get()
    shown = doors.shown()
    attributes = shown["lendworks"]["attributes"]
    assert shown["lendworks"]["id"] == str(lead.uuid)
    assert (attributes["businessName"], attributes["primaryAdvisorId"]) == ("Cedarworks", str(bob.uuid))
    assert attributes["stage"]["stageKey"] == "new_lead"
    assert "".join(filter(str.isdecimal, attributes["phone"]))[-10:] == "4155551234"
    assert shown["recoverbiz"]["phone"] == PHONE
    assert doors.recoverbiz.get(f"/leads/{PHONE}").json()["company"] == "Cedarworks"
    assert shown["userleads"] | {"score": 0, "created_at": 0, "updated_at": 0} == {
        "id": lead.pk,
        "user_id": bob.user_id,
        "company_id": company.pk,
        "status": "new",
        "notes": "",
        "score": 0,
        "created_at": 0,
        "updated_at": 0,
    }
    assert (shown["convoso"]["id"], shown["convoso"]["phone_number"]) == (str(lead.pk), "4155551234")
    assert doors.statuses() == {"new"}
    assert Event.objects.filter(name="lead.created", lead_id=lead.pk).count() == 1
    assert webhooks() == ["lead.created"]


@pytest.fixture
def lead(doors: Doors, company: Company, dial_list: DialList, bob: Advisor, make_lead: Any) -> Lead:
    """Bob's lead, with something in every field that only some contract knows."""
    return make_lead(
        advisor=bob, company=company, business_name="Cedarworks", phone=PHONE, dial_list=dial_list, tags=["SBA"],
        **FIELDS,
    )  # fmt: skip


@pytest.mark.parametrize("status", [slot for slot in Slot.values if slot != Slot.NEW])
@pytest.mark.parametrize("door", ["recoverbiz", "userleads"])
def test_a_status_told_at_one_door_moves_the_stage_for_all_and_is_one_fact_and_one_webhook(
    doors: Doors, lead: Lead, webhooks: Callable[[], list[str]], door: str, status: str
) -> None:
    address = f"/leads/{PHONE}" if door == "recoverbiz" else f"/leads/{lead.pk}"
    for _ in range(2):  # told twice, it is still one move
        assert getattr(doors, door).patch(address, {"status": status}).status_code == 200
    assert doors.statuses() == {status}
    facts = Event.objects.filter(lead_id=lead.pk).exclude(name="lead.created")
    assert [(fact.name, fact.data["previous_slot"], fact.data["slot"]) for fact in facts] == [
        ("lead.stage_changed", "new", status)
    ]
    assert webhooks() == ["lead.status_changed"]
    attributes = doors.shown()["lendworks"]["attributes"]
    assert attributes["stageChangedAt"] == attributes["updatedAt"]


def change(doors: Doors, lead: Lead, door: str) -> Any:
    match door:
        case "lendworks":
            return doors.lendworks.patch(f"/leads/{lead.uuid}", {"businessName": "Cedarworks II", "industry": "Retail"})
        case "recoverbiz":
            return doors.recoverbiz.patch(f"/leads/{PHONE}", {"notes": "x", "status": "contacted"})
        case "userleads":
            return doors.userleads.patch(f"/leads/{lead.pk}", {"notes": "x", "status": "contacted"})
    return doors.convoso("update", lead_id=lead.pk, city="Oakland")


@pytest.mark.parametrize("door", ["lendworks", "recoverbiz", "userleads", "convoso"])
def test_a_change_at_one_door_keeps_what_that_contract_cannot_say(doors: Doors, lead: Lead, door: str) -> None:
    answer = change(doors, lead, door)
    assert answer.status_code == 200, answer.content
    fresh = Lead.objects.get(pk=lead.pk)
    assert {name: getattr(fresh, name) for name in FIELDS} == FIELDS
    assert list(fresh.tags.values_list("name", flat=True)) == ["SBA"]
    assert (fresh.dial_list_id, fresh.company_id, fresh.advisor_id) == (
        lead.dial_list_id,
        lead.company_id,
        lead.advisor_id,
    )
    assert (fresh.phone_e164, fresh.created_at) == (PHONE, lead.created_at)
    assert fresh.updated_at > lead.updated_at


def test_what_is_changed_at_one_door_reads_so_at_the_others(doors: Doors, lead: Lead) -> None:
    doors.lendworks.patch(f"/leads/{lead.uuid}", {"email": "jane@cedar.example"})
    doors.userleads.patch(f"/leads/{lead.pk}", {"notes": "Call after 3"})
    detail = doors.recoverbiz.get(f"/leads/{PHONE}").json()
    assert (detail["email"], detail["notes"]) == ("jane@cedar.example", "Call after 3")
    doors.recoverbiz.patch(f"/leads/{PHONE}", {"notes": "Called", "email": "j@cedar.example"})
    shown = doors.shown()
    assert shown["userleads"]["notes"] == "Called"
    assert shown["lendworks"]["attributes"]["email"] == "j@cedar.example"


def test_the_score_is_the_same_wherever_it_is_shown(doors: Doors, lead: Lead, now: dt.datetime) -> None:
    Lead.objects.filter(pk=lead.pk).update(last_contacted_at=now)
    shown = doors.shown()
    assert shown["lendworks"]["attributes"]["leadScore"] == shown["userleads"]["score"] == lead.score


@pytest.mark.parametrize("door", ["recoverbiz", "convoso"])
def test_a_lead_deleted_at_one_door_is_gone_from_all(doors: Doors, lead: Lead, door: str) -> None:
    if door == "recoverbiz":
        doors.recoverbiz.delete(f"/leads/{PHONE}")
    else:
        doors.convoso("delete", lead_id=lead.pk)
    assert all(json.dumps(seen) == '{"not one": []}' for seen in doors.shown().values())
