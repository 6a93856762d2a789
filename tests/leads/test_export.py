"""Leads as CSV: all that the list shows, no formula, on record, a fixed number of statements for each chunk."""

from __future__ import annotations

import csv
import datetime as dt
import io
import tracemalloc

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from python_calamine import CalamineWorkbook

from crm.models import Advisor, Event, LeadVisibility, Organization
from leads import exporting
from leads.models import Lead
from tests.conftest import ClientOf, MakeLead


@pytest.fixture
def client(alice: Advisor, client_of: ClientOf) -> Client:
    return client_of(alice)


def rows(client: Client, query: str = "", **data: object) -> list[dict[str, str]]:
    answer = client.post(f"/leads/export{query}", data)
    assert answer.status_code == 200
    assert answer.streaming
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    return list(csv.DictReader(io.StringIO(text)))


def test_it_works(client: Client, make_lead: MakeLead, bob: Advisor, charlie: Advisor) -> None:
    make_lead(
        business_name="Aspen, Freight", name='Mary "Doe"', phone="(415) 555-0171", advisor=bob, tags=["SBA", "Old"],
        requested_amount_given="85000", email="mary@aspen.example",
    )  # fmt: skip
    make_lead(business_name="Birch")
    make_lead(business_name="Secret", organization=charlie.organization)
    newest, oldest = rows(client)
    assert newest["Business"] == "Birch"
    assert oldest["Name"] == 'Mary "Doe"'
    assert (oldest["Phone"], oldest["Advisor"], oldest["Tags"]) == ("+14155550171", "Bob Baker", "SBA, Old")
    assert (oldest["Stage"], oldest["Amount"]) == ("New Lead", "85000.00")


def test_its_columns_and_filters_are_chosen(client: Client, make_lead: MakeLead) -> None:
    make_lead(business_name="Aspen", tags=["SBA"], external_id="A-1")
    make_lead(business_name="Birch")
    assert rows(client, "?tag=SBA", column=["external_id", "business_name", "nonsense"]) == [
        {"Business": "Aspen", "External id": "A-1"}
    ]
    page = client.get("/leads/export?tag=SBA").content.decode()
    assert "Export 1 lead" in page


@pytest.mark.parametrize("bad", ["=1+1", "@SUM(A1)", "+1+1", "-2+3", "\t=1", '=HYPERLINK("http://x")'])
def test_nothing_in_it_is_a_formula(client: Client, make_lead: MakeLead, bad: str) -> None:
    make_lead(business_name=bad)
    (row,) = rows(client)
    assert row["Business"].startswith("'") or row["Business"] == bad.strip()
    assert not row["Business"].startswith(("=", "@", "\t"))


def test_who_took_how_many_is_on_record(client: Client, make_lead: MakeLead, alice: Advisor) -> None:
    make_lead()
    rows(client, "?q=borrower", column="name")
    fact = Event.objects.get(name="leads.exported")
    assert (fact.actor_label, fact.actor_id) == ("Alice Archer", alice.pk)
    assert fact.data == {"total": 1, "query": "q=borrower", "columns": ["name"]}


def test_managers_export_and_advisors_where_the_organization_wants_that(
    client_of: ClientOf, make_lead: MakeLead, organization: Organization, alice: Advisor, bob: Advisor
) -> None:
    make_lead(business_name="Hers", advisor=alice)
    make_lead(business_name="Free")
    his = client_of(bob)
    assert his.get("/leads/export").status_code == 403
    assert his.post("/leads/export").status_code == 403
    assert "/leads/export" not in his.get("/leads").content.decode()
    assert not Event.objects.filter(name="leads.exported").exists()
    organization.advisors_may_export, organization.advisors_see = True, LeadVisibility.OWN
    organization.save()
    assert [row["Business"] for row in rows(his)] == ["Free"]


def test_it_reads_by_keyset_and_costs_two_statements_a_chunk(
    client: Client, make_lead: MakeLead, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = [str(make_lead(tags=["A"]).uuid) for _ in range(9)]
    monkeypatch.setattr(exporting, "CHUNK", 4)
    with CaptureQueriesContext(connection) as queries:
        found = rows(client, column=["uuid", "tags"])
    assert [row["Id"] for row in found] == made[::-1]
    reads = [query["sql"] for query in queries if "leads_lead" in query["sql"] and query["sql"].startswith("SELECT")]
    assert len(reads) == 1 + 2 * 3 + 1, reads  # the count; three chunks with their tags; that there are no more
    assert not any("OFFSET" in sql for sql in reads)


def test_its_memory_is_that_of_a_chunk(
    client: Client, make_lead: MakeLead, alice: Advisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten times as many leads need no more memory at once."""
    monkeypatch.setattr(exporting, "CHUNK", 50)

    def peak() -> int:
        leads = Lead.objects.visible_to(alice)
        lines = exporting.export(leads, list(exporting.COLUMNS.values()), advisor=alice, query="", now=made.created_at)
        tracemalloc.start()
        for _line in lines:
            pass
        _, highest = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return highest

    made = make_lead()
    template = Lead.objects.get(pk=made.pk)

    def more(number: int) -> None:
        Lead.objects.bulk_create(
            Lead(
                organization=template.organization, stage=template.stage, position=number, name="N" * 200,
                stage_entered_at=template.stage_entered_at, created_at=template.created_at,
                updated_at=template.updated_at,
            )
            for number in range(number)
        )  # fmt: skip

    more(100)
    few = peak()
    more(900)
    assert peak() < few * 1.5


def test_a_workbook_has_the_same_rows_and_computes_nothing(
    make_lead: MakeLead, alice: Advisor, client_of: ClientOf
) -> None:
    make_lead(business_name="=1+1", requested_amount_given="85000.50", custom_fields={"product": "SBA 7(a)"})
    make_lead(business_name="https://acme.example", phone="+14155550171")
    columns = {"column": ["business_name", "phone", "product", "requested_amount", "created_at"]}
    answer = client_of(alice).post("/leads/export", {**columns, "format": "xlsx"})
    assert answer["Content-Disposition"].endswith('.xlsx"')
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(answer.streaming_content))).get_sheet_by_index(0)  # type: ignore[attr-defined]
    heads, second, first = sheet.to_python()
    assert heads == ["Business", "Phone", "Amount", "Product", "Came"]
    assert (second[0], second[1]) == ("https://acme.example", "+14155550171")
    assert (first[0], first[2], first[3]) == ("=1+1", 85000.5, "SBA 7(a)")
    assert isinstance(first[4], dt.datetime)
    assert Event.objects.filter(name="leads.exported").count() == 1
