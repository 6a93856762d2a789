"""GET /accounts/:id/leads"""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.models import Organization
from leads.models import ChecklistItem, Conversation, Lead, Requirement, Stage
from tests.api.caller import Caller
from tests.conftest import MakeLead


def phones(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [lead["phone"] for lead in answer.json()["leads"]]


def test_it_works(api: Caller, make_lead: MakeLead, now: dt.datetime) -> None:
    for day in range(3):
        make_lead(phone=f"+1415555000{day}", now=now - dt.timedelta(days=day))
    answer = api.get("/leads")
    assert phones(answer) == ["+14155550000", "+14155550001", "+14155550002"]
    assert {key: answer.json()[key] for key in ("total", "limit", "offset")} == {"total": 3, "limit": 50, "offset": 0}


def test_each_lead_has_the_documented_keys(api: Caller, organization: Organization, make_lead: MakeLead) -> None:
    lead = make_lead(phone="+14155551234", name="", email="", source_label="application")
    at = dt.datetime(2026, 2, 14, 15, 30, 7, 999999, tzinfo=dt.UTC)
    lead.conversation = Conversation.objects.create(
        organization=organization, address=lead.address, last_message_at=at, message_count=1
    )
    lead.save()
    (shown,) = api.get("/leads").json()["leads"]
    assert shown.pop("created_at").endswith("Z")
    assert shown == {
        "phone": "+14155551234",
        "name": None,
        "email": None,
        "status": "new",
        "source": "application",
        "checklist_progress": 0.0,
        "last_message_at": "2026-02-14T15:30:07Z",
    }


def test_it_filters_by_status_whatever_the_stage_is_called(
    api: Caller, make_lead: MakeLead, stages: dict[str, Stage]
) -> None:
    make_lead()
    submitted = make_lead(stage=stages["submitted"])
    qualified = make_lead(stage=stages["qualified"])
    answer = api.get("/leads?status=qualified")
    assert set(phones(answer)) == {submitted.phone_e164, qualified.phone_e164}
    assert answer.json()["total"] == 2


@pytest.mark.parametrize(
    "text", ["jane", "SMITH", "jane@", "4155559876", "+1415555", "(415) 555-9876", "%2B14155559876"]
)
def test_it_finds_by_name_mail_and_phone(api: Caller, make_lead: MakeLead, text: str) -> None:
    make_lead(phone="+12125550000", name="John Doe")
    make_lead(phone="+14155559876", name="Jane Smith", email="jane@smith.example")
    answer = api.get(f"/leads?search={text}")
    assert phones(answer) == ["+14155559876"]
    assert answer.json()["total"] == 1


def test_it_filters_and_searches_at_once(api: Caller, make_lead: MakeLead, stages: dict[str, Stage]) -> None:
    make_lead(name="Jane New")
    make_lead(name="Jane Lost", phone="+14155559999", stage=stages["lost"])
    assert phones(api.get("/leads?search=jane&status=lost")) == ["+14155559999"]


def test_it_pages(api: Caller, make_lead: MakeLead, now: dt.datetime) -> None:
    made = [make_lead(now=now - dt.timedelta(minutes=number)).phone_e164 for number in range(5)]
    answer = api.get("/leads?limit=2&offset=2")
    assert phones(answer) == made[2:4]
    assert (answer.json()["total"], answer.json()["limit"], answer.json()["offset"]) == (5, 2, 2)
    assert phones(api.get("/leads?offset=99")) == []


@pytest.mark.parametrize(
    ("asked", "given"),
    [("0", 1), ("-3", 1), ("250", 250), ("251", 250), ("9" * 40, 250), (f"-{'9' * 40}", 1), ("", 50)],
)
def test_a_limit_out_of_range_is_brought_back(api: Caller, asked: str, given: int) -> None:
    assert api.get(f"/leads?limit={asked}").json()["limit"] == given


@pytest.mark.parametrize(
    "query", ["status=ready", "limit=ten", "limit=1.5", "offset=x", "search=%00", "status=%00", f"search={'x' * 256}"]
)
def test_it_refuses_what_it_does_not_understand(api: Caller, query: str) -> None:
    answer = api.get(f"/leads?{query}")
    assert answer.status_code == 422
    assert answer.json()["error"]["code"] == "validation_error"


def test_it_hides_deleted_leads_duplicates_and_those_without_a_number(
    api: Caller, make_lead: MakeLead, now: dt.datetime
) -> None:
    original = make_lead(phone="+14155551234")
    make_lead(phone="+14155551234")
    make_lead(phone="555-0100")
    make_lead(phone="")
    gone = make_lead()
    api.delete(f"/leads/{gone.phone_e164}")
    answer = api.get("/leads")
    assert phones(answer) == [original.phone_e164]
    assert answer.json()["total"] == Lead.objects.answering().count() == 1
    assert api.get("/leads?search=borrower").json()["total"] == 1


def test_the_number_of_statements_does_not_grow_with_the_page(api: Caller, make_lead: MakeLead) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            api.get("/leads")
        return len(captured)

    make_lead()
    statements()  # the first use of a key is noted
    one = statements()
    for _ in range(20):
        make_lead()
    assert statements() == one <= 7


def test_charlie_finds_no_such_account(as_charlie: Caller, make_lead: MakeLead) -> None:
    make_lead()
    assert as_charlie.get("/leads").status_code == 404


def test_the_progress_of_a_checklist_is_a_share_of_one(
    api: Caller, organization: Organization, make_lead: MakeLead, now: dt.datetime
) -> None:
    """Two requirements and one item of its own, of which two are done; a retired requirement no longer counts."""
    lead, other = make_lead(), make_lead(now=now - dt.timedelta(days=1))
    kept, retired, untouched = (Requirement.objects.create(organization=organization, name=name) for name in "abc")
    for requirement, status in ((kept, "completed"), (retired, "completed"), (None, "completed")):
        ChecklistItem.objects.create(
            organization=organization, lead=lead, requirement=requirement, name="x", status=status, created_at=now
        )
    Requirement.objects.filter(pk=retired.pk).update(is_active=False)
    listed = api.get("/leads").json()["leads"]
    assert [each["checklist_progress"] for each in listed] == [pytest.approx(2 / 3), 0.0]
    assert untouched.is_active
    for each in listed:
        assert api.get(f"/leads/{each['phone']}").json()["checklist"]["progress"] == each["checklist_progress"]
    assert other.phone_e164 == listed[1]["phone"]
