"""/accounts"""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.models import Event, Organization
from crm.organizations import found
from leads.models import Stage
from tests.api.caller import Caller
from tests.api.recoverbiz.conftest import JOHN


@pytest.fixture
def accounts(api: Caller) -> Caller:
    """Acme's partner at the list of its accounts."""
    return Caller("/v1/accounts", **api.headers)


def test_it_makes_an_account_that_is_ready_for_leads(accounts: Caller, organization: Organization) -> None:
    answer = accounts.post("", {"name": " Branch ", "timezone": "America/Chicago"})
    assert answer.status_code == 201
    made = answer.json()
    assert made["id"].startswith("acc_")
    assert made["created_at"].endswith("Z")
    assert (made["name"], made["timezone"], made["is_active"]) == ("Branch", "America/Chicago", True)
    account = Organization.objects.get(public_id=made["id"])
    assert account.partner_id == organization.partner_id
    stages = Stage.objects.filter(organization=account).order_by("position")
    assert [(stage.label, stage.slot, stage.is_terminal) for stage in stages] == [
        ("New Lead", "new", False),
        ("Contacted", "contacted", False),
        ("Qualified", "qualified", False),
        ("Application", "qualified", False),
        ("Submitted", "qualified", False),
        ("Approved", "qualified", False),
        ("Converted", "converted", True),
        ("Lost", "lost", True),
    ]
    assert (stages[0].key, stages[0].color) == ("new_lead", "#3b82f6")
    assert Event.objects.get(name="organization.founded", organization=account).actor_kind == "credential"
    assert accounts.post(f"/{made['id']}/leads", JOHN).status_code == 201
    assert accounts.get(f"/{made['id']}").json() == made


def test_the_time_zone_is_new_york_unless_said_otherwise(accounts: Caller) -> None:
    assert accounts.post("", {"name": "Branch", "timezone": None}).json()["timezone"] == "America/New_York"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": None}, "name"),
        ({"name": " "}, "name"),
        ({"name": 7}, "name"),
        ({"name": "x" * 256}, "name"),
        ({"timezone": "Mars/Olympus"}, "timezone"),
        ({"timezone": "../etc/passwd"}, "timezone"),
        ({"timezone": 7}, "timezone"),
    ],
)
def test_it_refuses_what_is_no_account_and_names_the_field(
    accounts: Caller, api: Caller, wrong: dict[str, Any], field: str
) -> None:
    answers = [accounts.post("", {"name": "Branch", **wrong}), api.patch("", wrong)]
    for answer in answers:
        assert (answer.status_code, answer.json()["error"]["code"]) == (422, "validation_error")
        assert field in answer.json()["error"]["message"]
    assert Organization.objects.count() == 1


def test_it_lists_the_partners_accounts_oldest_first(
    accounts: Caller, organization: Organization, other_organization: Organization
) -> None:
    for number in range(3):
        accounts.post("", {"name": f"No. {number}"})
    listed = accounts.get("").json()
    assert (listed["total"], listed["limit"], listed["offset"]) == (4, 50, 0)
    assert [row["name"] for row in listed["accounts"]] == ["Acme Lending", "No. 0", "No. 1", "No. 2"]
    page = accounts.get("?limit=2&offset=1").json()
    assert [row["name"] for row in page["accounts"]] == ["No. 0", "No. 1"]
    assert (page["total"], page["limit"], page["offset"]) == (4, 2, 1)
    assert accounts.get("?limit=x").status_code == 422
    assert accounts.get("?limit=1000").json()["limit"] == 250


def test_a_list_of_any_length_takes_the_same_number_of_statements(accounts: Caller, organization: Organization) -> None:
    def statements() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            accounts.get("")
        return len(queries)

    accounts.get("")
    few = statements()
    for number in range(5):
        found(name=f"No. {number}", partner=organization.partner, now=organization.created_at)
    assert statements() == few <= 4


def test_it_changes_what_is_given(api: Caller, organization: Organization) -> None:
    answer = api.patch("", {"name": "Acme", "unknown": 1})
    assert answer.status_code == 200
    assert answer.json()["name"] == "Acme"
    assert api.patch("", {"timezone": "Europe/Berlin"}).json()["name"] == "Acme"
    organization.refresh_from_db()
    assert (organization.name, organization.time_zone) == ("Acme", "Europe/Berlin")
    changes = [event.data["changes"] for event in Event.objects.filter(name="organization.changed").order_by("pk")]
    assert changes == [{"name": ["Acme Lending", "Acme"]}, {"time_zone": ["America/New_York", "Europe/Berlin"]}]


def test_what_stands_so_already_is_no_change(api: Caller) -> None:
    assert api.patch("", {"name": "Acme Lending"}).status_code == 200
    assert api.patch("", {}).status_code == 200
    assert not Event.objects.filter(name="organization.changed").exists()


def test_a_deactivated_account_can_be_seen_and_activated_again_and_nothing_else(api: Caller) -> None:
    assert api.patch("", {"is_active": False}).json()["is_active"] is False
    assert api.get("").json()["is_active"] is False
    for path in ("/leads", "/sequences", "/leads/+14155551234"):
        answer = api.get(path)
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "account_deactivated")
    assert api.patch("", {"is_active": True}).status_code == 200
    assert api.get("/leads").status_code == 200


def test_another_partners_account_is_not_found(as_charlie: Caller, organization: Organization) -> None:
    for answer in (as_charlie.get(""), as_charlie.patch("", {"name": "Mine"})):
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")
    listed = Caller("/v1/accounts", **as_charlie.headers).get("")
    assert [row["name"] for row in listed.json()["accounts"]] == ["Rival Capital"]
    assert organization.public_id not in listed.content.decode()
    organization.refresh_from_db()
    assert organization.name == "Acme Lending"


def test_only_a_hundred_accounts_an_hour(accounts: Caller) -> None:
    answers = [accounts.post("", {}) for _ in range(100)]
    assert {answer.status_code for answer in answers} == {422}
    assert (answers[0]["X-RateLimit-Limit"], answers[-1]["X-RateLimit-Remaining"]) == ("100", "0")
    assert int(answers[0]["X-RateLimit-Reset"]) % 3600 == 0
    assert accounts.post("", {"name": "Branch"}).status_code == 429
    assert accounts.get("")["X-RateLimit-Limit"] == "1000"


def test_a_key_for_reading_makes_no_account(organization: Organization, key_of: Any) -> None:
    reader = Caller("/v1/accounts", X_Partner_Key=key_of(organization, permission="read"))
    assert reader.get("").status_code == 200
    assert reader.post("", {"name": "Branch"}).json()["error"]["code"] == "forbidden"
