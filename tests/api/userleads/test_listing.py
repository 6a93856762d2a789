"""GET /v1/leads"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from pytest_django import DjangoAssertNumQueries

from crm.models import Actor, Advisor, Organization
from leads.models import Company, Lead, Slot, Stage
from leads.pipeline import assign_to, delete_lead, move_to
from tests.api.caller import Caller
from tests.api.userleads.conftest import MakeLeadOf
from tests.conftest import MakeLead

type Found = Callable[[str], list[int]]

BY = Actor.system()


@pytest.fixture
def found(api: Caller) -> Found:
    """The ids that a query string finds."""
    return lambda query: [lead["id"] for lead in api.get(f"/leads?{query}").json()["data"]]


def test_it_works(api: Caller, lead_of_bob: MakeLeadOf, acme: Company, bob: Advisor) -> None:
    lead = lead_of_bob(notes="Wants a call", now=dt.datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=dt.UTC))
    answer = api.get("/leads")
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/json"
    assert answer.json() == {
        "data": [
            {
                "id": lead.pk,
                "user_id": bob.user_id,
                "company_id": acme.pk,
                "status": "new",
                "notes": "Wants a call",
                "score": lead.score,
                "created_at": "2026-01-02T03:04:05Z",
                "updated_at": "2026-01-02T03:04:05Z",
            }
        ],
        "next_cursor": None,
        "has_more": False,
    }


def test_without_leads_the_list_is_empty(api: Caller) -> None:
    assert api.get("/leads").json() == {"data": [], "next_cursor": None, "has_more": False}


def test_it_shows_nothing_but_the_users_own_live_leads(
    found: Found, lead_of_bob: MakeLeadOf, make_lead: MakeLead, alice: Advisor, charlie: Advisor, now: dt.datetime
) -> None:
    mine, gone = lead_of_bob(), lead_of_bob()
    make_lead()
    make_lead(advisor=alice)
    make_lead(advisor=charlie, organization=charlie.organization)
    delete_lead(gone, by=BY, now=now)
    assert found("") == [mine.pk]


def test_a_lead_that_is_given_away_is_gone(
    api: Caller, as_alice: Caller, lead_of_bob: MakeLeadOf, alice: Advisor, now: dt.datetime
) -> None:
    lead = lead_of_bob()
    assign_to(lead, alice, by=BY, now=now)
    assert api.get("/leads").json()["data"] == []
    assert api.get(f"/leads/{lead.pk}").status_code == 404
    shown = as_alice.get("/leads").json()["data"][0]
    assert (shown["id"], shown["user_id"]) == (lead.pk, alice.user_id)


# Filters


@pytest.mark.parametrize("status", Slot.values)
def test_status_finds_every_stage_of_that_meaning(
    found: Found, lead_of_bob: MakeLeadOf, stages: dict[str, Stage], status: str
) -> None:
    leads = {key: lead_of_bob(stage=stage) for key, stage in stages.items()}
    wanted = [leads[key].pk for key, stage in stages.items() if stage.slot == status]
    assert wanted
    assert found(f"status={status}") == sorted(wanted)


def test_company_id_finds_the_leads_of_that_company(
    found: Found, lead_of_bob: MakeLeadOf, organization: Organization, acme: Company
) -> None:
    other = Company.objects.create(organization=organization, name="Other")
    first, second = lead_of_bob(), lead_of_bob(company=other)
    assert found(f"company_id={acme.pk}") == [first.pk]
    assert found(f"company_id={other.pk}") == [second.pk]
    assert found(f"company_id={other.pk + 1}") == found(f"company_id={2**80}") == found("company_id=-1") == []


def test_scores_are_found_between_the_two_and_a_missing_one_never(found: Found, lead_of_bob: MakeLeadOf) -> None:
    leads = {score: lead_of_bob().pk for score in (0, 40, 41, 100, None)}
    for score, pk in leads.items():
        Lead.objects.filter(pk=pk).update(score=score)
    assert found("min_score=41") == [leads[41], leads[100]]
    assert found("max_score=40") == [leads[0], leads[40]]
    assert found("min_score=40&max_score=41") == [leads[40], leads[41]]
    assert found("min_score=41&max_score=40") == []
    assert found("min_score=-5") == [leads[0], leads[40], leads[41], leads[100]]
    assert found(f"max_score={2**80}") == [leads[0], leads[40], leads[41], leads[100]]
    assert found(f"min_score={10**40}") == found(f"max_score=-{10**40}") == []


def test_both_days_are_meant_whole_and_in_utc(found: Found, lead_of_bob: MakeLeadOf) -> None:
    def arrived(*moment: int) -> int:
        return lead_of_bob(now=dt.datetime(2026, *moment, tzinfo=dt.UTC)).pk  # type: ignore[misc,arg-type]

    before, opening = arrived(3, 1, 23, 59, 59, 999999), arrived(3, 2)
    closing, after = arrived(3, 2, 23, 59, 59, 999999), arrived(3, 3)
    assert found("created_after=2026-03-02") == [opening, closing, after]
    assert found("created_before=2026-03-02") == [before, opening, closing]
    assert found("created_after=2026-03-02&created_before=2026-03-02") == [opening, closing]
    assert found("created_after=2026-03-03&created_before=2026-03-02") == []
    assert len(found("created_after=0001-01-01&created_before=9999-12-31")) == 4


def test_all_filters_hold_at_once(
    found: Found, lead_of_bob: MakeLeadOf, organization: Organization, acme: Company, stages: dict[str, Stage]
) -> None:
    """Two leads pass all seven; of the others each fails one of them alone."""
    right = {
        "score": 50,
        "stage": stages["contacted"],
        "company": acme,
        "created_at": dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC),
    }
    other = Company.objects.create(organization=organization, name="Other")
    wrong = [
        {"score": 49},
        {"score": 51},
        {"stage": stages["new_lead"]},
        {"company": other},
        {"created_at": dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)},
        {"created_at": dt.datetime(2026, 3, 3, 12, tzinfo=dt.UTC)},
    ]
    pks = [lead_of_bob().pk for _ in range(2 + len(wrong))]
    for pk, change in zip(pks, [{}, {}, *wrong], strict=True):
        Lead.objects.filter(pk=pk).update(**{**right, **change})
    query = (
        f"status=contacted&min_score=50&max_score=50&company_id={acme.pk}"
        "&created_after=2026-03-02&created_before=2026-03-02"
    )
    assert found(query) == pks[:2]
    assert found(f"{query}&cursor={pks[0]}") == [pks[1]]


def test_an_empty_parameter_and_an_unknown_one_ask_for_nothing(found: Found, lead_of_bob: MakeLeadOf) -> None:
    names = ("status", "company_id", "min_score", "max_score", "created_after", "created_before", "cursor", "limit")
    pk = lead_of_bob().pk
    assert found("&".join(f"{name}=" for name in names)) == found("page=7&search=x") == [pk]


@pytest.mark.parametrize(
    "query",
    [
        "status=unknown", "status=NEW", "status=new%20", "company_id=x", "company_id=1.0", "min_score=high",
        "max_score=1e3", "min_score=%D9%A1", "created_after=2026-02-30", "created_after=20260101",
        "created_after=2026-W01-1", "created_before=01/02/2026", "created_before=2026-01-01T00:00:00Z",
        "created_before=0000-01-01", "cursor=x", "cursor=1.5", "limit=x", "limit=0", "limit=-1", "limit=1.5",
        "cursor=%00",
    ],
)  # fmt: skip
def test_a_value_of_the_wrong_form_is_422_and_named(api: Caller, query: str) -> None:
    answer = api.get(f"/leads?{query}")
    assert answer.status_code == 422
    assert answer.json().keys() == {"error"}
    assert query.partition("=")[0] in answer.json()["error"] or "U+0000" in answer.json()["error"]


def test_everything_that_is_wrong_is_said_at_once(api: Caller) -> None:
    words = api.get("/leads?status=x&limit=0").json()["error"]
    assert words == (
        "limit: must be an integer from 1 to 100; status: must be one of: new, contacted, qualified, converted, lost"
    )


# Pages


def walk(api: Caller, query: str, between: Callable[[], object] = lambda: None) -> list[list[int]]:
    """The ids on each page, following next_cursor."""
    pages, cursor = [], 0
    while True:
        body = api.get(f"/leads?{query}&cursor={cursor}").json()
        pages.append([lead["id"] for lead in body["data"]])
        assert body["has_more"] == (body["next_cursor"] is not None)
        if not body["has_more"]:
            return pages
        assert body["next_cursor"] == pages[-1][-1]
        cursor = body["next_cursor"]
        between()


def test_pages_follow_each_other_by_ascending_id(api: Caller, lead_of_bob: MakeLeadOf) -> None:
    pks = [lead_of_bob().pk for _ in range(5)]
    assert walk(api, "limit=2") == [pks[:2], pks[2:4], pks[4:]]
    assert walk(api, "limit=5") == [pks]
    assert walk(api, "limit=4") == [pks[:4], pks[4:]]


def test_what_comes_in_meanwhile_makes_a_walk_neither_skip_nor_repeat(api: Caller, lead_of_bob: MakeLeadOf) -> None:
    old = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    pks = [lead_of_bob().pk for _ in range(6)]
    later: list[int] = []

    def meanwhile() -> None:
        if len(later) < 4:
            later.extend([lead_of_bob().pk, lead_of_bob(now=old).pk])

    seen = [pk for page in walk(api, "limit=2", meanwhile) for pk in page]
    assert seen == pks + later


def test_what_goes_away_or_changes_meanwhile_makes_it_skip_nobody_else(
    api: Caller, lead_of_bob: MakeLeadOf, stages: dict[str, Stage], now: dt.datetime
) -> None:
    leads = [lead_of_bob() for _ in range(6)]

    def meanwhile() -> None:
        delete_lead(leads[0], by=BY, now=now)
        move_to(leads[1], stages["contacted"], by=BY, now=now)
        Lead.objects.filter(pk=leads[4].pk).update(score=1, updated_at=now)

    assert [pk for page in walk(api, "limit=2", meanwhile) for pk in page] == [lead.pk for lead in leads]


def test_a_page_has_50_leads_and_never_more_than_100(
    api: Caller, organization: Organization, lead_of_bob: MakeLeadOf
) -> None:
    first = lead_of_bob()
    template = {
        field.attname: getattr(first, field.attname)
        for field in Lead._meta.concrete_fields
        if field.name not in {"id", "uuid", "search_text", "duplicate_of", "phone_e164"}
    }
    Lead.objects.bulk_create(Lead(**template) for _ in range(100))
    assert len(api.get("/leads").json()["data"]) == 50
    for limit in (100, 101, 10**30):
        body = api.get(f"/leads?limit={limit}").json()
        assert (len(body["data"]), body["has_more"]) == (100, True)


@pytest.mark.parametrize("cursor", [2**63, 2**80, 10**400])
def test_beyond_the_end_there_is_nothing(api: Caller, lead_of_bob: MakeLeadOf, cursor: int) -> None:
    lead_of_bob()
    assert api.get(f"/leads?cursor={cursor}").json() == {"data": [], "next_cursor": None, "has_more": False}


def test_a_cursor_below_the_beginning_begins(found: Found, lead_of_bob: MakeLeadOf) -> None:
    pk = lead_of_bob().pk
    assert found("cursor=-1") == found(f"cursor=-{2**80}") == [pk]


def test_a_page_takes_five_statements_however_long_it_is(
    api: Caller, lead_of_bob: MakeLeadOf, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(20):
        lead_of_bob(tags=["x"])
    api.get("/leads")  # the key's last use is noted once a minute
    with django_assert_num_queries(5):  # key, rate limit, user, leads without a company, leads
        assert len(api.get("/leads?status=new&min_score=1").json()["data"]) == 20
