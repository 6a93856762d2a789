"""/v1/companies, and the company that each of the user's leads has."""

from __future__ import annotations

from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from crm.models import Advisor, Event, Organization
from leads import companies
from leads.models import Company, Lead
from tests.api.caller import Caller
from tests.conftest import MakeLead


def test_it_works(api: Caller, organization: Organization) -> None:
    body = {"name": "Cedarworks", "industry": "Retail", "website": "https://cedar.example", "phone": "(415) 555-1234"}
    made = api.post("/companies", body)
    assert made.status_code == 201
    company = Company.objects.get()
    assert company.organization == organization
    shown = {"id": company.pk, **body, "created_at": f"{company.created_at:%Y-%m-%dT%H:%M:%SZ}"}
    assert made.json() == shown
    assert api.get(f"/companies/{company.pk}").json() == made.json()
    assert api.get("/companies").json() == {"data": [made.json()], "next_cursor": None, "has_more": False}
    assert Event.objects.get(name="company.created").data == {"company_id": company.pk, "company": "Cedarworks"}
    assert api.post("/leads", {"company_id": shown["id"]}).status_code == 201


def test_the_name_is_enough_and_loses_outer_spaces(api: Caller) -> None:
    made = api.post("/companies", {"name": "  Cedarworks ", "industry": None, "id": 7}).json()
    assert (made["name"], made["industry"], made["website"], made["phone"]) == ("Cedarworks", "", "", "")


@pytest.mark.parametrize(
    "body",
    [
        {}, {"name": ""}, {"name": "  "}, {"name": None}, {"name": 7}, {"name": "x" * 256}, {"name": "a\0b"}, [],
        {"name": "x", "phone": 4155551234}, {"name": "x", "phone": "1" * 41}, {"name": "x", "industry": "x" * 101},
        {"name": "x", "website": "x" * 256}, {"name": ["x"]}, "x",
    ],
)  # fmt: skip
def test_what_does_not_fit_is_422(api: Caller, body: Any) -> None:
    answer = api.post("/companies", body if not isinstance(body, str) else '"x"')
    assert (answer.status_code, answer.json().keys()) == (422, {"error"})
    assert not Company.objects.exists()


def test_the_whole_organization_shares_its_companies(api: Caller, as_alice: Caller) -> None:
    made = as_alice.post("/companies", {"name": "Cedarworks"}).json()
    assert api.get("/companies").json()["data"] == [made]


def test_charlie_sees_none_of_them(as_charlie: Caller, acme: Company) -> None:
    assert as_charlie.get("/companies").json()["data"] == []
    answer = as_charlie.get(f"/companies/{acme.pk}")
    assert (answer.status_code, answer.json()) == (404, {"error": "Company not found"})


@pytest.mark.parametrize("company_id", ["0", "-1", "x", "1.0", "%00", str(2**80), "9" * 5000])
def test_an_id_that_is_none_or_unknown_is_404(api: Caller, acme: Company, company_id: str) -> None:
    assert api.get(f"/companies/{company_id}").status_code == 404


def test_pages_follow_each_other(
    api: Caller, organization: Organization, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    pks = [Company.objects.create(organization=organization, name="Same").pk for _ in range(5)]
    first = api.get("/companies?limit=3").json()
    assert ([row["id"] for row in first["data"]], first["next_cursor"], first["has_more"]) == (pks[:3], pks[2], True)
    with django_assert_num_queries(4):  # key, rate limit, user, companies
        last = api.get(f"/companies?limit=3&cursor={first['next_cursor']}").json()
    assert ([row["id"] for row in last["data"]], last["next_cursor"], last["has_more"]) == (pks[3:], None, False)
    assert api.get(f"/companies?cursor={2**80}").json()["data"] == []
    assert api.get("/companies?limit=0").status_code == api.get("/companies?cursor=x").status_code == 422


# Leads that were made at other doors


def test_a_lead_without_a_company_gets_the_one_called_like_its_business(
    api: Caller, make_lead: MakeLead, bob: Advisor, acme: Company, organization: Organization
) -> None:
    Company.objects.create(organization=organization, name="Acme Corp")
    lead = make_lead(advisor=bob, business_name=" Acme Corp ")
    assert api.get(f"/leads?company_id={acme.pk}").json()["data"][0]["id"] == lead.pk
    assert Lead.objects.get(pk=lead.pk).updated_at == lead.updated_at


def test_leads_of_one_unknown_business_share_a_new_company(
    api: Caller, make_lead: MakeLead, bob: Advisor, organization: Organization
) -> None:
    for _ in range(2):
        make_lead(advisor=bob, business_name="Cedarworks", industry="Retail")
    shown = api.get("/leads").json()["data"]
    company = Company.objects.get()
    assert (company.organization, company.name, company.industry) == (organization, "Cedarworks", "Retail")
    assert {lead["company_id"] for lead in shown} == {company.pk}


def test_people_without_a_business_are_a_company_each(api: Caller, make_lead: MakeLead, bob: Advisor) -> None:
    for fields in ({"name": "Mary Smith"}, {"name": "Mary Smith"}, {"name": "", "phone": "555-0100"}):
        make_lead(advisor=bob, **fields)
    ids = [lead["company_id"] for lead in api.get("/leads").json()["data"]]
    assert list(Company.objects.order_by("pk").values_list("name", flat=True)) == [
        "Mary Smith", "Mary Smith", "555-0100",
    ]  # fmt: skip
    assert len(set(ids)) == 3


@pytest.mark.parametrize("way", ["get", "patch"])
def test_one_lead_has_its_company_too(api: Caller, make_lead: MakeLead, bob: Advisor, way: str) -> None:
    path = f"/leads/{make_lead(advisor=bob).pk}"
    answer = api.get(path) if way == "get" else api.patch(path, {"notes": "x"})
    assert answer.json()["company_id"] == Company.objects.get().pk


def test_a_company_that_is_gone_leaves_no_lead_without_one(
    api: Caller, make_lead: MakeLead, bob: Advisor, acme: Company
) -> None:
    make_lead(advisor=bob, company=acme, business_name="Acme Corp")
    acme.delete()
    assert api.get("/leads").json()["data"][0]["company_id"] == Company.objects.get().pk


def test_the_rivals_company_of_that_name_is_none_of_ours(
    api: Caller, make_lead: MakeLead, bob: Advisor, other_organization: Organization, organization: Organization
) -> None:
    Company.objects.create(organization=other_organization, name="Acme")
    make_lead(advisor=bob, business_name="Acme")
    assert api.get("/leads").json()["data"][0]["company_id"] == Company.objects.get(organization=organization).pk


def test_other_users_leads_and_nobodys_are_left_alone(
    api: Caller, make_lead: MakeLead, bob: Advisor, alice: Advisor
) -> None:
    make_lead()
    make_lead(advisor=alice)
    api.get("/leads")
    assert not Company.objects.exists()


def test_any_number_of_leads_takes_few_statements(
    make_lead: MakeLead,
    bob: Advisor,
    monkeypatch: pytest.MonkeyPatch,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(25):
        make_lead(advisor=bob, business_name=f"Business {number % 7}")
    monkeypatch.setattr(companies, "_BATCH", 10)
    with django_assert_max_num_queries(3 * 8 + 1):  # three rounds, and that none is left
        assert companies.give_companies(bob) == 25
    assert Company.objects.count() == 7
    assert companies.give_companies(bob) == 0
