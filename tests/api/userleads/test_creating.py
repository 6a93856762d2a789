"""POST /v1/leads"""

from __future__ import annotations

from typing import Any

import pytest

from crm.models import Advisor, Event, Organization
from leads.models import Company, Lead
from leads.tallies import stage_totals
from tests.api.caller import Caller


def test_it_works(api: Caller, acme: Company, bob: Advisor, organization: Organization) -> None:
    answer = api.post("/leads", {"company_id": acme.pk, "notes": "Met at the fair"})
    assert answer.status_code == 201
    lead = Lead.objects.get()
    assert answer.json() == api.get("/leads").json()["data"][0]
    assert answer.json() | {"created_at": "", "updated_at": ""} == {
        "id": lead.pk,
        "user_id": bob.user_id,
        "company_id": acme.pk,
        "status": "new",
        "notes": "Met at the fair",
        "score": lead.score,
        "created_at": "",
        "updated_at": "",
    }
    assert (lead.organization, lead.advisor, lead.company) == (organization, bob, acme)
    assert (lead.business_name, lead.industry, lead.phone_e164) == ("Acme Corp", "Retail", "+14155551234")
    assert (lead.source, lead.stage.key, lead.consent_basis) == ("api", "new_lead", "")
    assert stage_totals(organization)[lead.stage_id].leads == 1
    event = Event.objects.get(lead_id=lead.pk)
    assert (event.name, event.actor_kind) == ("lead.created", "credential")


@pytest.mark.parametrize("notes", [None, ""])
def test_notes_may_be_left_out_or_empty(api: Caller, acme: Company, notes: str | None) -> None:
    assert api.post("/leads", {"company_id": acme.pk}).json()["notes"] == ""
    assert api.post("/leads", {"company_id": acme.pk, "notes": notes}).json()["notes"] == ""


def test_notes_are_kept_as_they_were_given(api: Caller, acme: Company) -> None:
    notes = "  two\r\nlines, <b>tags</b> and \U0001f600 " + "x" * 100_000
    assert api.post("/leads", {"company_id": acme.pk, "notes": notes}).json()["notes"] == notes


def test_whatever_else_is_sent_is_ignored(api: Caller, acme: Company, alice: Advisor, bob: Advisor) -> None:
    more = {"status": "lost", "user_id": alice.user_id, "id": 7, "score": 100, "created_at": "2020-01-01", "phone": "1"}
    lead = api.post("/leads", {"company_id": acme.pk, **more}).json()
    assert (lead["status"], lead["user_id"]) == ("new", bob.user_id)
    assert Lead.objects.get().phone == "4155551234"


def test_a_company_may_have_two_leads(api: Caller, acme: Company) -> None:
    first, second = (api.post("/leads", {"company_id": acme.pk}) for _ in range(2))
    assert first.status_code == second.status_code == 201
    assert Lead.objects.get(pk=second.json()["id"]).duplicate_of_id == first.json()["id"]
    assert len(api.get(f"/leads?company_id={acme.pk}").json()["data"]) == 2


@pytest.mark.parametrize("body", [{}, {"notes": "x"}, {"company_id": None}, {"companyId": 1}])
def test_without_a_company_it_is_422(api: Caller, body: Any) -> None:
    assert refused(api.post("/leads", body), 422).startswith("company_id: ")


@pytest.mark.parametrize("company_id", ["1", "", 1.5, True, False, [1], {"id": 1}])
def test_a_company_id_that_is_no_integer_is_422(api: Caller, acme: Company, company_id: Any) -> None:
    assert refused(api.post("/leads", {"company_id": company_id}), 422) == "company_id: must be an integer"


def test_a_whole_number_with_a_point_is_an_integer_as_everywhere_in_json(api: Caller, acme: Company) -> None:
    assert api.post("/leads", f'{{"company_id": {acme.pk}.0}}').json()["company_id"] == acme.pk


@pytest.mark.parametrize("company_id", [0, -1, 999_999_999, 2**62, 1e300])
def test_an_unknown_company_is_404(api: Caller, company_id: int) -> None:
    assert refused(api.post("/leads", {"company_id": company_id}), 404) == "Company not found"


def test_the_rivals_company_is_404_like_an_unknown_one(as_charlie: Caller, acme: Company) -> None:
    assert refused(as_charlie.post("/leads", {"company_id": acme.pk}), 404) == "Company not found"


@pytest.mark.parametrize("notes", [1, True, [], {}, 1.5])
def test_notes_that_are_no_text_are_422(api: Caller, acme: Company, notes: Any) -> None:
    assert refused(api.post("/leads", {"company_id": acme.pk, "notes": notes}), 422) == "notes: must be a string"


@pytest.mark.parametrize("body", ['"text"', "[]", "null", "7", '{"company_id": 1, "notes": "\\u0000"}'])
def test_json_that_says_something_else_is_422(api: Caller, body: str) -> None:
    refused(api.post("/leads", body), 422)


@pytest.mark.parametrize("body", ["", "{", "company_id=1"])
def test_a_body_that_is_no_json_is_400(api: Caller, body: str) -> None:
    refused(api.post("/leads", body), 400)


def refused(answer: Any, status: int) -> str:
    """The words of a refusal, after which there is no lead."""
    assert answer.status_code == status, answer.content
    assert answer.json().keys() == {"error"}
    assert not Lead.objects.exists()
    return str(answer.json()["error"])
