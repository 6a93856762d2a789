"""GET and PATCH /v1/leads/{id}"""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from crm.models import Actor, Event, Organization
from leads.models import Company, Lead, Slot, Stage, StageRule
from leads.pipeline import delete_lead
from tests.api.caller import Caller
from tests.api.userleads.conftest import MakeLeadOf


def facts_of(lead: Lead) -> list[str]:
    names = Event.objects.filter(lead_id=lead.pk).order_by("pk").values_list("name", flat=True)
    return [name for name in names if name != "lead.created"]


def test_it_works(api: Caller, lead_of_bob: MakeLeadOf, stages: dict[str, Stage]) -> None:
    lead = lead_of_bob(notes="old", now=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    answer = api.patch(f"/leads/{lead.pk}", {"status": "contacted", "notes": "new"})
    assert answer.status_code == 200
    assert answer.json() == api.get(f"/leads/{lead.pk}").json() == api.get("/leads").json()["data"][0]
    assert (answer.json()["status"], answer.json()["notes"]) == ("contacted", "new")
    assert answer.json()["updated_at"] > answer.json()["created_at"] == "2026-01-01T00:00:00Z"
    lead.refresh_from_db()
    assert (lead.stage, lead.notes) == (stages["contacted"], "new")
    assert facts_of(lead) == ["lead.updated", "lead.stage_changed"]


@pytest.mark.parametrize("status", Slot.values)
def test_a_status_moves_the_lead_to_the_first_stage_of_that_meaning(
    api: Caller, lead_of_bob: MakeLeadOf, stages: dict[str, Stage], status: str
) -> None:
    lead = lead_of_bob(stage=stages["contacted"])
    assert api.patch(f"/leads/{lead.pk}", {"status": status}).json()["status"] == status
    lead.refresh_from_db()
    assert lead.stage == next(stage for stage in stages.values() if stage.slot == status)


def test_a_lead_that_stands_in_a_stage_of_that_meaning_stays_there(
    api: Caller, lead_of_bob: MakeLeadOf, stages: dict[str, Stage]
) -> None:
    lead = lead_of_bob(stage=stages["approved"])
    assert api.patch(f"/leads/{lead.pk}", {"status": "qualified"}).status_code == 200
    lead.refresh_from_db()
    assert lead.stage == stages["approved"]
    assert facts_of(lead) == []


@pytest.mark.parametrize("body", [{}, {"company_id": 1}, {"user_id": 1, "score": 1, "id": 1, "whatever": []}])
def test_what_may_not_be_changed_is_ignored(api: Caller, lead_of_bob: MakeLeadOf, body: Any) -> None:
    lead = lead_of_bob()
    before = api.get(f"/leads/{lead.pk}").json()
    answer = api.patch(f"/leads/{lead.pk}", body)
    assert (answer.status_code, answer.json()) == (200, before)
    assert facts_of(lead) == []


def test_another_company_is_ignored_and_the_rest_is_done(
    api: Caller, lead_of_bob: MakeLeadOf, organization: Organization, acme: Company
) -> None:
    other = Company.objects.create(organization=organization, name="Other")
    answer = api.patch(f"/leads/{lead_of_bob().pk}", {"company_id": other.pk, "notes": "x"})
    assert (answer.json()["company_id"], answer.json()["notes"]) == (acme.pk, "x")


@pytest.mark.parametrize("notes", [None, ""])
def test_notes_may_be_cleared(api: Caller, lead_of_bob: MakeLeadOf, notes: str | None) -> None:
    lead = lead_of_bob(notes="old")
    assert api.patch(f"/leads/{lead.pk}", {"notes": notes}).json()["notes"] == ""


@pytest.mark.parametrize("status", ["", "NEW", "won", None, 1, True, [], {}, ["new"]])
def test_an_unknown_status_is_422_and_changes_nothing(api: Caller, lead_of_bob: MakeLeadOf, status: Any) -> None:
    lead = lead_of_bob(notes="old")
    answer = api.patch(f"/leads/{lead.pk}", {"status": status, "notes": "new"})
    assert answer.status_code == 422
    assert answer.json() == {"error": "status: must be one of: new, contacted, qualified, converted, lost"}
    assert api.get(f"/leads/{lead.pk}").json()["notes"] == "old"


def test_a_stage_that_asks_for_something_refuses_and_nothing_has_changed(
    api: Caller, lead_of_bob: MakeLeadOf, organization: Organization
) -> None:
    lead = lead_of_bob(notes="old")
    Stage.objects.filter(organization=organization, slot=Slot.LOST).update(asks_for=StageRule.LOST_REASON)
    answer = api.patch(f"/leads/{lead.pk}", {"status": "lost", "notes": "new"})
    assert answer.status_code == 422
    assert answer.json() == {"error": "Lost asks for a reason."}
    assert api.get(f"/leads/{lead.pk}").json()["notes"] == "old"
    assert facts_of(lead) == []


def test_a_status_that_no_stage_means_is_422(api: Caller, lead_of_bob: MakeLeadOf, organization: Organization) -> None:
    Stage.objects.filter(organization=organization, slot=Slot.CONVERTED).delete()
    assert api.patch(f"/leads/{lead_of_bob().pk}", {"status": "converted"}).status_code == 422


@pytest.mark.parametrize(
    "lead_id", ["0", "-1", "999999", "x", "1.0", "1e3", "%D9%A1", "%00", str(2**63), str(2**80), "9" * 5000, "%20"]
)
def test_an_id_that_is_none_or_unknown_is_404(api: Caller, lead_id: str) -> None:
    for answer in (api.get(f"/leads/{lead_id}"), api.patch(f"/leads/{lead_id}", {"status": "nonsense"})):
        assert (answer.status_code, answer.json().keys()) == (404, {"error"})


def test_a_lead_that_is_not_the_users_own_is_404(
    api: Caller, as_alice: Caller, as_charlie: Caller, lead_of_bob: MakeLeadOf, now: dt.datetime
) -> None:
    lead = lead_of_bob(notes="secret")
    for stranger in (as_alice, as_charlie):
        for answer in (stranger.get(f"/leads/{lead.pk}"), stranger.patch(f"/leads/{lead.pk}", {"status": "lost"})):
            assert (answer.status_code, answer.json()) == (404, {"error": "Lead not found"})
    assert api.get(f"/leads/{lead.pk}").json()["status"] == "new"
    delete_lead(lead, by=Actor.system(), now=now)
    assert api.get(f"/leads/{lead.pk}").status_code == api.patch(f"/leads/{lead.pk}", {}).status_code == 404


def test_nobodys_lead_is_404(api: Caller, lead_of_bob: MakeLeadOf) -> None:
    assert api.get(f"/leads/{lead_of_bob(advisor=None).pk}").status_code == 404
