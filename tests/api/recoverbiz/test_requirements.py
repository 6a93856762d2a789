"""/accounts/:id/requirements"""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.models import Actor, Event, Organization
from leads import checklists, requirements
from leads.models import Lead, Requirement
from tests.api.caller import Caller
from tests.api.recoverbiz.conftest import JOHN

NEW = {"name": "Bank statements", "type": "document"}
BY = Actor.system()


@pytest.fixture
def lead(api: Caller) -> Lead:
    """John, who was imported."""
    api.post("/leads", JOHN)
    return Lead.objects.get()


def checklist(api: Caller) -> dict[str, Any]:
    return dict(api.get(f"/leads/{JOHN['phone']}").json()["checklist"])


def names(api: Caller) -> list[str]:
    return [item["name"] for item in checklist(api)["items"]]


def test_it_asks_every_lead_for_one_thing_more(api: Caller, lead: Lead) -> None:
    answer = api.post("/requirements", NEW)
    assert answer.status_code == 201
    made = answer.json()
    assert made.pop("id").startswith("req_")
    assert made == {**NEW, "description": "", "order": 0, "is_active": True}
    assert checklist(api) == {
        "progress": 0.0,
        "items": [{"name": "Bank statements", "type": "document", "status": "pending"}],
    }
    fact = Event.objects.get(name="requirement.added")
    assert (fact.actor_kind, fact.data["item"]) == ("credential", "Bank statements")


def test_it_shows_what_it_made(api: Caller) -> None:
    made = api.post("/requirements", {**NEW, "description": "The last three months", "order": 7}).json()
    assert api.get(f"/requirements/{made['id']}").json() == made
    assert api.get("/requirements").json() == {"requirements": [made], "total": 1, "limit": 50, "offset": 0}


def test_the_order_decides_on_the_checklist_and_a_new_one_stands_last(api: Caller, lead: Lead) -> None:
    for body in (
        {**NEW, "name": "Second", "order": 5},
        {**NEW, "name": "First", "order": 2},
        {**NEW, "name": "Third", "order": None},
    ):
        api.post("/requirements", body)
    listed = api.get("/requirements").json()["requirements"]
    assert [(row["name"], row["order"]) for row in listed] == [("First", 2), ("Second", 5), ("Third", 6)]
    assert names(api) == ["First", "Second", "Third"]
    api.patch(f"/requirements/{listed[2]['id']}", {"order": 0})
    assert names(api) == ["Third", "First", "Second"]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": None}, "name"),
        ({"name": " "}, "name"),
        ({"name": 7}, "name"),
        ({"name": "x" * 256}, "name"),
        ({"type": None}, "type"),
        ({"type": "file"}, "type"),
        ({"type": ["text"]}, "type"),
        ({"description": 7}, "description"),
        ({"description": {}}, "description"),
        ({"description": False}, "description"),
        ({"order": -1}, "order"),
        ({"order": 1.5}, "order"),
        ({"order": True}, "order"),
        ({"order": 32_768}, "order"),
        ({"is_active": "yes"}, "is_active"),
    ],
)
def test_it_refuses_what_is_no_requirement_and_names_the_field(api: Caller, wrong: dict[str, Any], field: str) -> None:
    made = api.post("/requirements", NEW).json()
    for answer in (api.post("/requirements", {**NEW, **wrong}), api.patch(f"/requirements/{made['id']}", wrong)):
        assert (answer.status_code, answer.json()["error"]["code"]) == (422, "validation_error")
        assert field in answer.json()["error"]["message"]
    assert api.get("/requirements").json()["requirements"] == [made]


def test_a_change_is_seen_on_the_checklist_also_where_something_was_collected(
    api: Caller, lead: Lead, now: dt.datetime
) -> None:
    made = api.post("/requirements", {**NEW, "type": "text"}).json()
    checklists.settle(lead, checklists.items_of(lead)[0], status="completed", value="twelve", by=BY, now=now)
    answer = api.patch(f"/requirements/{made['id']}", {"name": "Statements", "description": None})
    assert answer.status_code == 200
    assert answer.json() == {**made, "name": "Statements"}
    (item,) = checklist(api)["items"]
    assert (item["name"], item["status"], item["value"]) == ("Statements", "completed", "twelve")
    assert Event.objects.get(name="requirement.changed").data["changes"] == {"name": ["Bank statements", "Statements"]}


def test_one_that_is_off_is_asked_of_nobody_and_keeps_what_was_collected(
    api: Caller, lead: Lead, now: dt.datetime
) -> None:
    made = api.post("/requirements", NEW).json()
    api.post("/requirements", {**NEW, "name": "Tax returns"})
    checklists.settle(lead, checklists.items_of(lead)[0], status="completed", by=BY, now=now)
    assert checklist(api)["progress"] == 0.5
    assert api.patch(f"/requirements/{made['id']}", {"is_active": False}).json()["is_active"] is False
    assert (checklist(api)["progress"], names(api)) == (0.0, ["Tax returns"])
    assert api.get("/leads").json()["leads"][0]["checklist_progress"] == 0.0
    api.patch(f"/requirements/{made['id']}", {"is_active": True})
    assert checklist(api)["progress"] == 0.5


def test_one_that_is_deleted_is_gone_from_every_checklist(api: Caller, lead: Lead, now: dt.datetime) -> None:
    made = api.post("/requirements", NEW).json()
    checklists.settle(lead, checklists.items_of(lead)[0], status="completed", value="kept", by=BY, now=now)
    answer = api.delete(f"/requirements/{made['id']}")
    assert (answer.status_code, answer.json()) == (200, {"success": True, "deleted": True})
    assert checklist(api) == {"progress": 0.0, "items": []}
    assert api.get("/requirements").json()["total"] == 0
    for answer in (
        api.get(f"/requirements/{made['id']}"),
        api.patch(f"/requirements/{made['id']}", {"is_active": True}),
        api.delete(f"/requirements/{made['id']}"),
    ):
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")
    assert lead.checklist_items.get().value == "kept"
    assert Event.objects.filter(name="requirement.deleted").count() == 1


def test_a_checklist_is_completed_once(api: Caller, lead: Lead, now: dt.datetime) -> None:
    def settle(index: int, status: str) -> int:
        checklists.settle(lead, checklists.items_of(lead)[index], status=status, value="x", by=BY, now=now)
        return Event.objects.filter(name="checklist.completed", lead_id=lead.pk).count()

    for name in ("One", "Two"):
        api.post("/requirements", {**NEW, "name": name})
    assert settle(0, "completed") == 0
    assert settle(1, "completed") == 1
    assert settle(1, "completed") == 1
    assert settle(0, "pending") == 1
    assert settle(0, "completed") == 2


def test_it_lists_in_pages(api: Caller, organization: Organization, now: dt.datetime) -> None:
    for number in range(4):
        requirements.add(organization=organization, name=f"No. {number}", by=BY, now=now)
    page = api.get("/requirements?limit=2&offset=1").json()
    assert [row["name"] for row in page["requirements"]] == ["No. 1", "No. 2"]
    assert (page["total"], page["limit"], page["offset"]) == (4, 2, 1)
    assert api.get("/requirements?limit=x").status_code == 422


def test_a_list_of_any_length_takes_the_same_number_of_statements(
    api: Caller, organization: Organization, now: dt.datetime
) -> None:
    api.get("/requirements")
    for number in range(5):
        requirements.add(organization=organization, name=f"No. {number}", by=BY, now=now)
    with CaptureQueriesContext(connection) as queries:
        api.get("/requirements")
    assert len(queries) <= 4


def test_another_account_sees_and_changes_nothing(
    api: Caller, as_charlie: Caller, other_organization: Organization
) -> None:
    made = api.post("/requirements", NEW).json()
    charlies = Caller(f"/v1/accounts/{other_organization.public_id}", **as_charlie.headers)
    for caller in (as_charlie, charlies):
        for answer in (
            caller.get(f"/requirements/{made['id']}"),
            caller.patch(f"/requirements/{made['id']}", {"name": "Mine"}),
            caller.delete(f"/requirements/{made['id']}"),
        ):
            assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")
    assert as_charlie.get("/requirements").status_code == 404
    assert charlies.get("/requirements").json()["requirements"] == []
    assert Requirement.objects.get().name == "Bank statements"
