"""GET /v1/leads"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from crm.models import Actor, Advisor, Credential, Organization
from leads.models import Lead, Priority, Stage
from leads.pipeline import delete_lead, move_to
from tests.api.caller import Caller
from tests.conftest import MakeLead, written_to

type Found = Callable[[str], list[str]]

ATTRIBUTES = {
    "businessName", "contactFirstName", "contactLastName", "email", "phone", "industry", "monthlyRevenue",
    "requestedAmount", "source", "priority", "isDoNotCall", "dncReason", "dncAt", "tags", "customFields", "externalIds",
    "leadScore", "stage", "primaryAdvisorId", "primaryAdvisorName", "convertedAt", "convertedAccountId",
    "convertedContactId", "importJobId", "createdBy", "lastContactedAt", "stageChangedAt", "createdAt", "updatedAt",
}  # fmt: skip


@pytest.fixture
def found(api: Caller) -> Found:
    """Business names (else first names) of the leads that a search finds, sorted."""

    def search(text: str) -> list[str]:
        query = text.replace("%", "%25").replace("+", "%2B").replace("&", "%26")
        shown = [lead["attributes"] for lead in api.get(f"?search={query}").json()["data"]]
        return sorted(lead["businessName"] or lead["contactFirstName"] for lead in shown)

    return search


def meta(answer: Any) -> dict[str, Any]:
    return {key: value for key, value in answer.json()["meta"].items() if key != "requestId"}


def test_it_works(api: Caller, make_lead: MakeLead) -> None:
    lead = make_lead(business_name="Acme")
    answer = api.get()
    assert answer.status_code == 200
    assert [item["id"] for item in answer.json()["data"]] == [str(lead.uuid)]
    assert meta(answer) == {"total": 1, "page": 1, "limit": 20, "hasMore": False}
    assert uuid.UUID(answer.json()["meta"]["requestId"])


def test_every_lead_has_exactly_the_documented_attributes(api: Caller, make_lead: MakeLead) -> None:
    make_lead()
    lead = api.get().json()["data"][0]
    assert lead.keys() == {"id", "type", "attributes"}
    assert lead["type"] == "lead"
    assert lead["attributes"].keys() == ATTRIBUTES
    assert lead["attributes"]["stage"].keys() == {"id", "stageKey", "stageLabel", "color", "semanticSlot"}


def test_an_empty_pipeline_is_an_empty_page(api: Caller) -> None:
    assert api.get().json()["data"] == []
    assert meta(api.get()) == {"total": 0, "page": 1, "limit": 20, "hasMore": False}


def test_the_newest_come_first_and_the_later_made_of_one_moment(api: Caller, make_lead: MakeLead) -> None:
    moment = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    for name, age in [("old", 2), ("first of two", 1), ("second of two", 1), ("new", 0)]:
        make_lead(business_name=name, now=moment - dt.timedelta(days=age))
    names = [lead["attributes"]["businessName"] for lead in api.get().json()["data"]]
    assert names == ["new", "second of two", "first of two", "old"]


def test_pages_hold_every_lead_once(api: Caller, make_lead: MakeLead) -> None:
    leads = {str(make_lead().uuid) for _ in range(5)}
    pages = [api.get(f"?page={page}&limit=2") for page in (1, 2, 3)]
    assert [meta(page)["hasMore"] for page in pages] == [True, True, False]
    assert [len(page.json()["data"]) for page in pages] == [2, 2, 1]
    assert {lead["id"] for page in pages for lead in page.json()["data"]} == leads


def test_the_last_full_page_has_no_more(api: Caller, make_lead: MakeLead) -> None:
    for _ in range(4):
        make_lead()
    assert meta(api.get("?page=2&limit=2")) == {"total": 4, "page": 2, "limit": 2, "hasMore": False}


@pytest.mark.parametrize("page", ["2", "999999999", "9" * 30, "9" * 5000])
def test_a_page_past_the_end_is_empty(api: Caller, make_lead: MakeLead, page: str) -> None:
    make_lead()
    answer = api.get(f"?page={page}")
    assert answer.status_code == 200
    assert answer.json()["data"] == []
    assert meta(answer)["hasMore"] is False
    assert meta(answer)["total"] == 1


@pytest.mark.parametrize("limit", ["101", "1000", "9" * 30])
def test_a_limit_above_100_becomes_100(api: Caller, limit: str) -> None:
    assert meta(api.get(f"?limit={limit}"))["limit"] == 100


@pytest.mark.parametrize("text", ["0", "-1", "1.5", "ten", "", "+3", "%203", "１", "1_0", "0x10", "1e2", "None"])
@pytest.mark.parametrize("name", ["page", "limit"])
def test_it_refuses_what_is_no_positive_whole_number(api: Caller, name: str, text: str) -> None:
    answer = api.get(f"?{name}={text}")
    assert answer.status_code == 422
    assert answer.json()["errors"] == [
        {
            "code": "VALIDATION_ERROR",
            "message": f"Field '{name}' must be a positive integer",
            "detail": {"field": name},
        }
    ]


def test_it_names_page_and_limit_together(api: Caller) -> None:
    errors = api.get("?page=x&limit=y").json()["errors"]
    assert [error["detail"]["field"] for error in errors] == ["page", "limit"]


def test_unknown_parameters_are_ignored(api: Caller) -> None:
    assert api.get("?cursor=1&status=new").status_code == 200


def test_deleted_leads_are_gone_from_list_and_total(api: Caller, make_lead: MakeLead, now: dt.datetime) -> None:
    make_lead()
    delete_lead(make_lead(), by=Actor.system(), now=now)
    assert meta(api.get())["total"] == len(api.get().json()["data"]) == 1


def test_the_total_follows_every_move(
    api: Caller, make_lead: MakeLead, stages: dict[str, Stage], now: dt.datetime
) -> None:
    for key in ("contacted", "lost", "converted"):
        move_to(
            make_lead(),
            stages[key],
            by=Actor.system(),
            now=now,
            answers={"lost_reason": "rate", "funded_amount": "1"},
        )
    assert meta(api.get())["total"] == len(api.get().json()["data"]) == 3


def test_it_shows_who_is_responsible_and_who_made_it(api: Caller, make_lead: MakeLead, alice: Advisor) -> None:
    make_lead(advisor=alice, by=Actor.advisor(alice))
    shown = api.get().json()["data"][0]["attributes"]
    assert shown["primaryAdvisorId"] == shown["createdBy"] == str(alice.uuid)
    assert shown["primaryAdvisorName"] == "Alice Archer"


def test_it_shows_a_do_not_call_lead_with_reason_and_time(api: Caller, make_lead: MakeLead) -> None:
    at = dt.datetime(2026, 1, 2, 3, 4, 5, 678900, tzinfo=dt.UTC)
    Lead.objects.filter(pk=make_lead().pk).update(is_do_not_call=True, dnc_reason="asked us to stop", dnc_at=at)
    shown = api.get().json()["data"][0]["attributes"]
    assert (shown["isDoNotCall"], shown["dncReason"], shown["dncAt"]) == (
        True,
        "asked us to stop",
        "2026-01-02T03:04:05Z",
    )


def test_it_shows_what_became_of_a_lead(api: Caller, make_lead: MakeLead) -> None:
    one, two, three = (uuid.uuid4() for _ in range(3))
    Lead.objects.filter(pk=make_lead().pk).update(
        converted_account_id=one, converted_contact_id=two, import_job_id=three
    )
    shown = api.get().json()["data"][0]["attributes"]
    assert (shown["convertedAccountId"], shown["convertedContactId"]) == (str(one), str(two))
    assert shown["importJobId"] == str(three)


def test_the_score_is_null_like_the_documents_until_somebody_works_on_the_lead(
    api: Caller, make_lead: MakeLead, stages: dict[str, Stage], now: dt.datetime
) -> None:
    lead = make_lead()
    assert lead.score
    assert api.get().json()["data"][0]["attributes"]["leadScore"] is None
    written_to(lead, now)
    shown = api.get().json()["data"][0]["attributes"]
    assert (shown["leadScore"], shown["lastContactedAt"]) == (lead.score, f"{now:%Y-%m-%dT%H:%M:%SZ}")
    Lead.objects.filter(pk=lead.pk).update(conversation=None)
    move_to(lead, stages["contacted"], by=Actor.system(), now=now)
    assert api.get().json()["data"][0]["attributes"]["leadScore"] == lead.score


def test_an_amount_that_was_never_given_as_text_reads_like_one(api: Caller, make_lead: MakeLead) -> None:
    Lead.objects.filter(pk=make_lead().pk).update(requested_amount="85000", monthly_revenue="85000.5")
    shown = api.get().json()["data"][0]["attributes"]
    assert (shown["requestedAmount"], shown["monthlyRevenue"]) == ("85000", "85000.50")


def test_the_id_that_a_partner_gave_stands_among_the_external_ids(api: Caller, make_lead: MakeLead) -> None:
    make_lead(external_id="app_98765", external_ids={"salesforce": "00Q1"})
    shown = api.get().json()["data"][0]["attributes"]
    assert shown["externalIds"] == {"partner": "app_98765", "salesforce": "00Q1"}


# Search


@pytest.mark.parametrize("text", ["acme", "ACME", "cme c", "jane", "Jane Doe", "jane@", "doe acme", "%20acme%20"])
def test_search_looks_in_business_contact_name_and_email(found: Found, make_lead: MakeLead, text: str) -> None:
    make_lead(business_name="Acme Corp", name="", first_name="Jane", last_name="Doe", email="jane@example.com")
    make_lead(business_name="Other", name="Mary Smith", email="mary@elsewhere.com")
    assert found(text.replace("%20", " ")) == ["Acme Corp"]


@pytest.mark.parametrize("text", ["4155551234", "415", "+14155551234", "(415) 555-1234", "crm-77", "crm", "Retail"])
def test_search_finds_no_phone_external_id_or_industry(found: Found, make_lead: MakeLead, text: str) -> None:
    make_lead(business_name="Acme", phone="(415) 555-1234", external_id="crm-77", industry="Retail")
    make_lead(business_name="Acme too", phone="(415) 555-1234")
    assert found(text) == []


def test_search_finds_a_lead_whose_external_id_has_the_word_too(found: Found, make_lead: MakeLead) -> None:
    make_lead(business_name="Acme", external_id="acme-7")
    assert found("acme") == ["Acme"]


def test_search_finds_digits_in_a_business_name(found: Found, make_lead: MakeLead) -> None:
    make_lead(business_name="1-800-Flowers")
    make_lead(business_name="Studio 54")
    assert found("1-800") == ["1-800-Flowers"]
    assert found("54") == ["Studio 54"]


@pytest.mark.parametrize("text", ["é", "CAFÉ", "café münchen", "MÜN"])
def test_search_knows_accents_in_either_case(found: Found, make_lead: MakeLead, text: str) -> None:
    make_lead(business_name="Café München")
    assert found(text) == ["Café München"]


@pytest.mark.parametrize("text", ["%", "_", "%%%", "a_m", '"', "'", "\\", "*", "(", "a*", "AND", "NEAR(", "[a", "\\d"])
def test_search_takes_signs_for_what_they_are(found: Found, make_lead: MakeLead, text: str) -> None:
    make_lead(business_name="Acme Corp 7", name="Jo Do", email="")
    assert found(text) == []


@pytest.mark.parametrize("text", ["a", "ac", "c", ".com"])
def test_search_takes_short_words(found: Found, make_lead: MakeLead, text: str) -> None:
    make_lead(business_name="Acme", email="jane@acme.com")
    assert found(text) == ["Acme"]


@pytest.mark.parametrize("text", ["", " ", "%20%20"])
def test_an_empty_search_finds_everything(api: Caller, make_lead: MakeLead, text: str) -> None:
    make_lead()
    assert meta(api.get(f"?search={text}"))["total"] == 1


def test_the_total_of_a_search_counts_all_its_pages(api: Caller, make_lead: MakeLead) -> None:
    for number in range(5):
        make_lead(business_name=f"Acme {number}")
    make_lead(business_name="Other")
    assert meta(api.get("?search=acme&limit=2&page=2")) == {"total": 5, "page": 2, "limit": 2, "hasMore": True}


# Who sees what, and at what cost


def test_charlie_sees_none_of_it(as_charlie: Caller, make_lead: MakeLead) -> None:
    make_lead(business_name="Acme")
    for query in ("", "?search=acme"):
        assert as_charlie.get(query).json()["data"] == []
        assert meta(as_charlie.get(query))["total"] == 0


@pytest.mark.parametrize(("query", "statements"), [("?limit=100", 3), ("?limit=30&search=borrower", 5)])
def test_a_page_takes_three_statements_and_a_search_five_however_long_it_is(
    organization: Organization,
    api: Caller,
    make_lead: MakeLead,
    alice: Advisor,
    django_assert_num_queries: DjangoAssertNumQueries,
    query: str,
    statements: int,
) -> None:
    for number in range(30):
        make_lead(advisor=alice, by=Actor.advisor(alice), tags=[f"tag {number}", "all"], priority=Priority.HIGH)
    api.get()  # the key's last use is noted once a minute
    assert Credential.objects.get(organization=organization).last_used_at is not None
    with django_assert_num_queries(statements):  # key, rate limit, leads; ids and count of a search
        assert len(api.get(query).json()["data"]) == 30
