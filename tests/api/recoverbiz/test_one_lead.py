"""GET, PATCH and DELETE /accounts/:id/leads/:phone"""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.models import Actor, Organization
from leads import checklists
from leads.models import Conversation, ItemStatus, Lead, Requirement, Stage
from sequences.enrolling import enroll_default
from sequences.models import Enrollment, Sequence
from tests.api.caller import Caller
from tests.conftest import MakeLead

PHONE = "+14155551234"


@pytest.fixture
def lead(make_lead: MakeLead) -> Lead:
    return make_lead(phone=PHONE, name="John Doe", email="john@doe.example", external_id="app_1")


@pytest.mark.parametrize("phone", [PHONE, "%2B14155551234", "4155551234", "14155551234", "(415)%20555-1234"])
def test_it_finds_the_lead_however_its_phone_is_written(api: Caller, lead: Lead, phone: str) -> None:
    answer = api.get(f"/leads/{phone}")
    assert answer.status_code == 200
    assert answer.json()["phone"] == PHONE


def test_a_lead_of_whom_nothing_else_is_known(api: Caller, make_lead: MakeLead) -> None:
    make_lead(phone=PHONE, name="")
    shown = api.get(f"/leads/{PHONE}").json()
    assert shown["checklist"] == {"progress": 0.0, "items": []}
    assert shown["conversation"] == {
        "message_count": 0,
        "last_message_at": None,
        "summary": None,
        "needs_handoff": False,
    }
    assert shown["sequence"] is None
    assert (shown["name"], shown["company"], shown["metadata"]) == (None, None, {})


def test_requirements_nobody_has_touched_are_pending(api: Caller, organization: Organization, lead: Lead) -> None:
    Requirement.objects.create(organization=organization, name="T4 Slip")
    assert api.get(f"/leads/{PHONE}").json()["checklist"] == {
        "progress": 0.0,
        "items": [{"name": "T4 Slip", "type": "document", "status": ItemStatus.PENDING}],
    }


def test_the_newest_sequence_is_shown(api: Caller, lead: Lead, sequence: Sequence, now: dt.datetime) -> None:
    enroll_default(lead, by=Actor.system(), now=now)
    assert api.get(f"/leads/{PHONE}").json()["sequence"] == {
        "name": "Recovery",
        "status": "active",
        "current_step": 1,
        "total_steps": 2,
    }


def test_reading_takes_a_fixed_number_of_statements(
    api: Caller, organization: Organization, lead: Lead, sequence: Sequence, now: dt.datetime
) -> None:
    enroll_default(lead, by=Actor.system(), now=now)
    api.get(f"/leads/{PHONE}")
    for number in range(10):
        Requirement.objects.create(organization=organization, name=f"Paper {number}")
    with CaptureQueriesContext(connection) as statements:
        api.get(f"/leads/{PHONE}")
    assert len(statements) <= 8


def test_only_the_given_fields_are_overwritten(api: Caller, lead: Lead) -> None:
    Lead.objects.update(notes="Not reached", metadata={"b": 2})
    change = {"company": "Doe Industries", "notes": "Called", "metadata": {"a": [1]}, "favourite": 7}
    answer = api.patch(f"/leads/{PHONE}", change)
    assert answer.status_code == 200
    shown = answer.json()
    assert shown["success"] is True
    assert shown["lead"] == {key: value for key, value in shown.items() if key not in ("success", "lead")}
    assert (shown["company"], shown["notes"], shown["metadata"]) == ("Doe Industries", "Called", {"a": [1]})
    assert (shown["name"], shown["email"]) == ("John Doe", "john@doe.example")
    assert api.get(f"/leads/{PHONE}").json() == shown["lead"]


def test_null_clears(api: Caller, lead: Lead) -> None:
    shown = api.patch(f"/leads/{PHONE}", {"email": None, "external_id": None, "name": None}).json()
    assert (shown["email"], shown["external_id"], shown["name"], shown["first_name"]) == (None, None, None, None)


def test_a_new_name_has_new_parts(api: Caller, lead: Lead) -> None:
    shown = api.patch(f"/leads/{PHONE}", {"name": "Mary van Dyke"}).json()
    assert (shown["first_name"], shown["last_name"]) == ("Mary", "van Dyke")


def test_an_empty_change_changes_nothing(api: Caller, lead: Lead) -> None:
    assert api.patch(f"/leads/{PHONE}", {}).status_code == 200
    assert Lead.objects.get().updated_at == lead.updated_at


def test_a_status_moves_the_lead_to_the_first_stage_of_that_meaning(
    api: Caller, lead: Lead, stages: dict[str, Stage]
) -> None:
    assert api.patch(f"/leads/{PHONE}", {"status": "qualified"}).json()["status"] == "qualified"
    assert Lead.objects.get().stage == stages["qualified"]


def test_a_status_the_lead_has_already_does_not_move_it(
    api: Caller, make_lead: MakeLead, stages: dict[str, Stage]
) -> None:
    make_lead(phone=PHONE, stage=stages["submitted"])
    api.patch(f"/leads/{PHONE}", {"status": "qualified"})
    assert Lead.objects.get().stage == stages["submitted"]


def test_a_free_phone_may_be_taken(api: Caller, lead: Lead) -> None:
    assert api.patch(f"/leads/{PHONE}", {"phone": "2125550000"}).json()["phone"] == "+12125550000"
    assert api.get(f"/leads/{PHONE}").status_code == 404
    assert api.get("/leads/2125550000").status_code == 200


@pytest.mark.parametrize("change", [{"phone": "+12125550000"}, {"external_id": "app_2"}])
def test_what_another_lead_answers_to_is_refused(
    api: Caller, lead: Lead, make_lead: MakeLead, change: dict[str, str]
) -> None:
    make_lead(phone="+12125550000", external_id="app_2")
    answer = api.patch(f"/leads/{PHONE}", {**change, "notes": "never"})
    assert answer.status_code == 409
    assert answer.json()["error"]["code"] == "duplicate_lead"
    lead.refresh_from_db()
    assert (lead.phone, lead.external_id, lead.notes) == (PHONE, "app_1", "")


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"status": "ready"}, 422, "validation_error"),
        ({"status": None}, 422, "validation_error"),
        ({"status": ["new"]}, 422, "validation_error"),
        ({"phone": "nonsense"}, 400, "invalid_phone"),
        ({"phone": None}, 400, "invalid_phone"),
        ({"email": "nonsense"}, 422, "validation_error"),
        ({"name": "x" * 256}, 422, "validation_error"),
        ({"metadata": 7}, 422, "validation_error"),
    ],
)
def test_a_wrong_change_changes_nothing(
    api: Caller, lead: Lead, change: dict[str, Any], status: int, code: str
) -> None:
    answer = api.patch(f"/leads/{PHONE}", {"notes": "never", **change})
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert Lead.objects.get().notes == ""


def test_a_deleted_lead_is_gone_but_its_conversation_is_kept(
    api: Caller, organization: Organization, lead: Lead, sequence: Sequence, now: dt.datetime
) -> None:
    enroll_default(lead, by=Actor.system(), now=now)
    Requirement.objects.create(organization=organization, name="T4 Slip")
    checklists.settle(
        lead, checklists.items_of(lead)[0], status=ItemStatus.COMPLETED, value="x", by=Actor.system(), now=now
    )
    assert api.get(f"/leads/{PHONE}").json()["checklist"]["progress"] == 1.0
    Conversation.objects.get_or_create(organization=organization, address=PHONE)
    Conversation.objects.update(message_count=12, summary="Said a lot")
    assert api.delete(f"/leads/{PHONE}").json() == {"success": True, "deleted": True}
    assert not Enrollment.objects.filter(status="active").exists()
    for again in (api.get, api.delete):
        assert again(f"/leads/{PHONE}").status_code == 404
    assert api.post("/leads", {"phone": PHONE}).json()["action"] == "created"
    shown = api.get(f"/leads/{PHONE}").json()
    assert shown["conversation"]["summary"] == "Said a lot"
    assert (shown["checklist"]["progress"], shown["sequence"]) == (0.0, None)
    assert shown["name"] is None


@pytest.mark.parametrize("phone", ["+12125550000", "nonsense", "+", "%00", "x%0Ay", "+1415555%C3%28", "9" * 300])
def test_an_unknown_phone_is_not_found(api: Caller, lead: Lead, phone: str) -> None:
    for answer in (api.get(f"/leads/{phone}"), api.patch(f"/leads/{phone}", {}), api.delete(f"/leads/{phone}")):
        assert answer.status_code == 404
        assert answer.json()["error"]["code"] == "not_found"


def test_charlie_finds_no_such_lead(as_charlie: Caller, lead: Lead) -> None:
    assert as_charlie.get(f"/leads/{PHONE}").status_code == 404
    assert as_charlie.patch(f"/leads/{PHONE}", {"notes": "mine"}).status_code == 404
    assert as_charlie.delete(f"/leads/{PHONE}").status_code == 404
    assert Lead.objects.live().get().notes == ""
