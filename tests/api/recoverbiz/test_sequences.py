"""/accounts/:id/sequences"""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.models import Actor, Organization
from leads.models import Lead
from sequences.enrolling import enroll
from sequences.models import Enrollment, Sequence
from tests.api.caller import Caller
from tests.conftest import MakeLead

FIXED = {"type": "fixed", "message": "Hi {{first_name}}"}
AI = {"type": "ai", "instructions": "Be kind"}
NEW = {"name": "Follow-up", "steps": [FIXED, AI]}


@pytest.fixture(autouse=True)
def only_ours(organization: Organization, sequence: Sequence) -> None:
    """Whatever the organisation was founded with, here it has the fixture's sequence and no other."""
    Sequence.objects.exclude(pk=sequence.pk).update(deleted_at=dt.datetime.now(dt.UTC), is_default=False)


def test_it_makes_a_sequence_with_the_documented_defaults(api: Caller) -> None:
    answer = api.post("/sequences", NEW)
    assert answer.status_code == 201
    made = answer.json()
    assert made.pop("id").startswith("seq_")
    assert made.pop("created_at").endswith("Z")
    assert made == {
        "name": "Follow-up",
        "description": "",
        "is_active": True,
        "is_default": False,
        "steps": [
            {"order": 0, **FIXED, "delay_hours": 0, "skip_if_replied": True},
            {"order": 1, **AI, "delay_hours": 0, "skip_if_replied": True},
        ],
        "enrolled_count": 0,
        "completed_count": 0,
    }


def test_it_shows_what_it_made(api: Caller) -> None:
    made = api.post("/sequences", NEW).json()
    assert api.get(f"/sequences/{made['id']}").json() == made
    assert made in api.get("/sequences").json()["sequences"]


def test_the_order_is_the_place_in_the_list(api: Caller) -> None:
    steps = [{**FIXED, "order": 9}, {**AI, "order": -1}]
    assert [step["order"] for step in api.post("/sequences", {**NEW, "steps": steps}).json()["steps"]] == [0, 1]


def test_a_new_default_takes_the_place_of_the_old_one(api: Caller, sequence: Sequence) -> None:
    made = api.post("/sequences", {**NEW, "is_default": True}).json()
    sequence.refresh_from_db()
    assert made["is_default"] is True
    assert sequence.is_default is False


def test_another_may_be_made_the_default(api: Caller, sequence: Sequence) -> None:
    made = api.post("/sequences", NEW).json()
    assert api.patch(f"/sequences/{made['id']}", {"is_default": True}).json()["is_default"] is True
    sequence.refresh_from_db()
    assert sequence.is_default is False


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": None}, "name"),
        ({"name": " "}, "name"),
        ({"name": 7}, "name"),
        ({"name": "x" * 256}, "name"),
        ({"description": 7}, "description"),
        ({"is_active": "yes"}, "is_active"),
        ({"is_default": 1}, "is_default"),
        ({"steps": None}, "steps"),
        ({"steps": []}, "steps"),
        ({"steps": {}}, "steps"),
        ({"steps": [FIXED] * 101}, "steps"),
        ({"steps": [FIXED, "text"]}, "steps[1]"),
        ({"steps": [{"message": "Hi"}]}, "steps[0].type"),
        ({"steps": [{"type": ["fixed"], "message": "Hi"}]}, "steps[0].type"),
        ({"steps": [{"type": "fixed", "instructions": "Hi"}]}, "steps[0].message"),
        ({"steps": [{"type": "fixed", "message": " "}]}, "steps[0].message"),
        ({"steps": [{"type": "fixed", "message": 7}]}, "steps[0].message"),
        ({"steps": [FIXED, {"type": "ai", "message": "Hi"}]}, "steps[1].instructions"),
        ({"steps": [{**FIXED, "delay_hours": -1}]}, "steps[0].delay_hours"),
        ({"steps": [{**FIXED, "delay_hours": 1.5}]}, "steps[0].delay_hours"),
        ({"steps": [{**FIXED, "delay_hours": True}]}, "steps[0].delay_hours"),
        ({"steps": [{**FIXED, "delay_hours": 10**9}]}, "steps[0].delay_hours"),
        ({"steps": [{**FIXED, "delay_hours": "24"}]}, "steps[0].delay_hours"),
        ({"steps": [{**FIXED, "skip_if_replied": 0}]}, "steps[0].skip_if_replied"),
    ],
)
def test_it_refuses_what_is_no_sequence_and_names_the_field(api: Caller, wrong: dict[str, Any], field: str) -> None:
    answer = api.post("/sequences", {**NEW, **wrong})
    assert answer.status_code == 422
    assert answer.json()["error"]["code"] == "validation_error"
    assert field in answer.json()["error"]["message"]
    assert Sequence.objects.filter(deleted_at=None).count() == 1


def test_it_lists_with_counts_and_pages(api: Caller, sequence: Sequence, make_lead: MakeLead, now: dt.datetime) -> None:
    for _ in range(3):
        enroll(make_lead(), sequence, by=Actor.system(), now=now)
    Enrollment.objects.filter(pk=Enrollment.objects.order_by("pk")[0].pk).update(
        status="completed", next_order=None, next_step_at=None
    )
    for number in range(3):
        api.post("/sequences", {**NEW, "name": f"No. {number}"})
    first = api.get("/sequences").json()
    assert (first["total"], first["limit"], first["offset"]) == (4, 50, 0)
    assert (first["sequences"][0]["enrolled_count"], first["sequences"][0]["completed_count"]) == (3, 1)
    page = api.get("/sequences?limit=2&offset=1").json()
    assert [row["name"] for row in page["sequences"]] == ["No. 0", "No. 1"]
    assert (page["total"], page["limit"], page["offset"]) == (4, 2, 1)
    assert api.get("/sequences?limit=x").status_code == 422


def test_the_list_takes_a_fixed_number_of_statements(api: Caller) -> None:
    api.get("/sequences")
    for _ in range(10):
        api.post("/sequences", NEW)
    with CaptureQueriesContext(connection) as statements:
        assert len(api.get("/sequences").json()["sequences"]) == 11
    assert len(statements) <= 6


def test_only_the_given_fields_are_changed(api: Caller, sequence: Sequence) -> None:
    before = api.get(f"/sequences/{sequence.public_id}").json()
    answer = api.patch(f"/sequences/{sequence.public_id}", {"description": "New words", "is_active": False})
    assert answer.status_code == 200
    assert answer.json() == {**before, "description": "New words", "is_active": False}


def test_leads_already_enrolled_keep_the_old_steps(
    api: Caller, sequence: Sequence, make_lead: MakeLead, now: dt.datetime
) -> None:
    before = enroll(make_lead(), sequence, by=Actor.system(), now=now).enrollment
    answer = api.patch(f"/sequences/{sequence.public_id}", {"steps": [AI]})
    assert [step["type"] for step in answer.json()["steps"]] == ["ai"]
    before.refresh_from_db()
    after = enroll(make_lead(), sequence, by=Actor.system(), now=now).enrollment
    assert before.version.steps.count() == 2
    assert after.version.steps.count() == 1


@pytest.mark.parametrize("wrong", [{"name": ""}, {"name": None}, {"steps": []}, {"steps": None}, {"is_active": None}])
def test_a_wrong_change_changes_nothing(api: Caller, sequence: Sequence, wrong: dict[str, Any]) -> None:
    answer = api.patch(f"/sequences/{sequence.public_id}", {"description": "never", **wrong})
    assert answer.status_code == 422
    sequence.refresh_from_db()
    assert sequence.description == ""


def test_deleting_cancels_and_counts_those_still_running(
    api: Caller, sequence: Sequence, make_lead: MakeLead, now: dt.datetime
) -> None:
    for _ in range(3):
        enroll(make_lead(), sequence, by=Actor.system(), now=now)
    done = Enrollment.objects.order_by("pk")[0]
    Enrollment.objects.filter(pk=done.pk).update(status="completed", next_order=None, next_step_at=None)
    where = f"/sequences/{sequence.public_id}"
    assert api.delete(where).json() == {"success": True, "cancelled_enrollments": 2}
    for answer in (api.delete(where), api.get(where), api.patch(where, {}), api.post(f"{where}/enroll", {})):
        assert answer.status_code == 404
    assert api.get("/sequences").json()["total"] == 0


def test_a_lead_still_tells_of_a_sequence_that_was_deleted(
    api: Caller, sequence: Sequence, make_lead: MakeLead, now: dt.datetime
) -> None:
    lead: Lead = make_lead()
    enroll(lead, sequence, by=Actor.system(), now=now)
    api.delete(f"/sequences/{sequence.public_id}")
    shown = api.get(f"/leads/{lead.phone_e164}").json()["sequence"]
    assert (shown["name"], shown["status"]) == ("Recovery", "cancelled")


def test_charlie_finds_no_such_sequence(
    as_charlie: Caller, other_organization: Organization, sequence: Sequence, make_lead: MakeLead
) -> None:
    where = f"/sequences/{sequence.public_id}"
    assert as_charlie.get("/sequences").status_code == 404
    assert as_charlie.post("/sequences", NEW).status_code == 404
    assert as_charlie.get(where).status_code == 404
    assert as_charlie.patch(where, {"is_active": False}).status_code == 404
    assert as_charlie.delete(where).status_code == 404
    assert as_charlie.post(f"{where}/enroll", {"phone": make_lead().phone}).status_code == 404
    at_home = Caller(f"/v1/accounts/{other_organization.public_id}", **as_charlie.headers)
    assert at_home.get(where).status_code == 404
    sequence.refresh_from_db()
    assert sequence.is_active
    assert not Enrollment.objects.exists()
