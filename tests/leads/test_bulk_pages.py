"""The list's bar: confirm what is meant, watch it, read why some were refused, undo."""

from __future__ import annotations

import csv
import io
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from crm.models import Advisor, LeadVisibility, Organization
from leads import bulk_jobs
from leads.models import BulkJob, ChecklistItem, JobState, Lead, Stage, StageRule
from tests.conftest import ClientOf, MakeLead

HTMX = {"HX-Request": "true"}


@pytest.fixture
def client(alice: Advisor, client_of: ClientOf) -> Client:
    return client_of(alice)


@pytest.fixture
def leads(make_lead: MakeLead) -> list[Lead]:
    return [make_lead(business_name=f"Lead {number}", tags=["Old"] if number < 2 else []) for number in range(4)]


def begin(client: Client, kind: str, query: dict[str, object], **data: object) -> BulkJob:
    answer = client.post(f"/leads/bulk/{kind}?{urlencode(query, doseq=True)}", data)
    assert answer.status_code == 302, answer.content.decode()
    job = BulkJob.objects.latest("pk")
    assert answer.headers["Location"] == f"/jobs/{job.uuid}"
    return job


def test_it_works(client: Client, leads: list[Lead], bob: Advisor) -> None:
    page = client.get("/leads/bulk/assign?all=1&tag=Old", headers=HTMX).content.decode()
    assert "2 leads" in page
    assert "Bob Baker" in page
    job = begin(client, "assign", {"all": 1, "tag": "Old"}, to=str(bob.uuid), expected=2)
    assert "every 1s" in client.get(f"/jobs/{job.uuid}").content.decode()
    bulk_jobs.work()
    text = client.get(f"/jobs/{job.uuid}", headers=HTMX).content.decode()
    assert "every 1s" not in text
    assert "Assign to Bob Baker" in text
    assert "/leads?tag=Old" in text
    assert Lead.objects.filter(advisor=bob).count() == 2
    assert client.post(f"/jobs/{job.uuid}/undo").status_code == 302
    bulk_jobs.work()
    assert not Lead.objects.filter(advisor=bob).exists()
    assert "Undone" in client.get(f"/jobs/{job.uuid}").content.decode()
    assert "Assign to Bob Baker" in client.get("/jobs").content.decode()


def test_only_those_that_were_picked(client: Client, leads: list[Lead]) -> None:
    picked = [str(lead.uuid) for lead in leads[:2]]
    job = begin(client, "tag", {"lead": picked}, tag="New", expected=2)
    assert job.total == 2
    for nothing in ({}, {"lead": "nonsense"}):
        assert b"Nothing is picked" in client.get("/leads/bulk/tag?" + urlencode(nothing)).content


def test_as_many_as_were_shown_or_none(client: Client, leads: list[Lead]) -> None:
    answer = client.post("/leads/bulk/tag?all=1", {"tag": "New", "expected": 3}, headers=HTMX)
    assert answer.status_code == 409
    assert b"these are 4 leads" in answer.content
    assert b'name="expected" value="4"' in answer.content
    assert client.post("/leads/bulk/tag?all=1", {"tag": "New"}).status_code == 422
    assert not BulkJob.objects.exists()


def test_many_have_to_be_meant(client: Client, leads: list[Lead], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("leads.views.bulk.MANY", 3)
    assert "Yes, all 4 of them" in client.get("/leads/bulk/delete?all=1").content.decode()
    assert client.post("/leads/bulk/delete?all=1", {"expected": 4}).status_code == 422
    begin(client, "delete", {"all": 1}, expected=4, sure="1")


def test_what_is_missing_is_said(client: Client, leads: list[Lead]) -> None:
    answer = client.post("/leads/bulk/do-not-call?all=1", {"expected": 4}, headers=HTMX)
    assert answer.status_code == 422
    assert b"Say why" in answer.content
    assert client.post("/leads/bulk/stage?all=1", {"expected": 4, "to": "nonsense"}).status_code == 422
    assert client.post("/leads/bulk/assign?all=1", {"expected": 4, "to": "\x00"}).status_code == 422
    assert client.get("/leads/bulk/nonsense").status_code == 404


def test_refusals_are_listed_with_their_reasons_and_come_as_csv(
    client: Client, client_of: ClientOf, leads: list[Lead], stages: dict[str, Stage], organization: Organization
) -> None:
    Stage.objects.filter(key="submitted").update(asks_for=StageRule.DOCUMENTS)
    leads[0].business_name = "=cmd|' /C calc'!A0"
    leads[0].save(update_fields=["business_name"])
    for lead in leads[:2]:
        ChecklistItem.objects.create(organization=organization, lead=lead, name="Deed", created_at=lead.created_at)
    job = begin(client, "stage", {"all": 1}, to=str(stages["submitted"].uuid), expected=4)
    bulk_jobs.work()
    text = client.get(f"/jobs/{job.uuid}").content.decode()
    assert "Missing on the checklist: Deed." in text
    answer = client.get(f"/jobs/{job.uuid}/refused.csv")
    rows = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode())))  # type: ignore[attr-defined]
    assert [row[:2] for row in rows[1:]] == [["1", "'=cmd|' /C calc'!A0"], ["2", "Lead 1"]]
    assert rows[1][4] == "Missing on the checklist: Deed."


def test_a_job_is_its_advisors_and_managers(
    client: Client, client_of: ClientOf, leads: list[Lead], bob: Advisor, charlie: Advisor
) -> None:
    hers = begin(client, "tag", {"all": 1}, tag="Hers", expected=4)
    his = begin(client_of(bob), "tag", {"all": 1}, tag="His", expected=4)
    for stranger, job in ((bob, hers), (charlie, hers), (charlie, his)):
        for address in ("", "/refused.csv"):
            assert client_of(stranger).get(f"/jobs/{job.uuid}{address}").status_code == 404
        for address in ("/undo", "/stop"):
            assert client_of(stranger).post(f"/jobs/{job.uuid}{address}").status_code == 404
    assert client.get(f"/jobs/{his.uuid}").status_code == 200
    assert "Hers" not in client_of(bob).get("/jobs").content.decode()


def test_rights_hold_for_many_as_for_one(client_of: ClientOf, leads: list[Lead], bob: Advisor) -> None:
    his = client_of(bob)
    assert his.get("/leads/bulk/delete?all=1").status_code == 403
    assert his.post("/leads/bulk/delete?all=1", {"expected": 4}).status_code == 403
    assert "/leads/bulk/delete" not in his.get("/leads").content.decode()
    job = begin(his, "do-not-call", {"all": 1}, reason="asked", expected=4)
    bulk_jobs.work()
    assert "A manager can undo this" in his.get(f"/jobs/{job.uuid}").content.decode()
    assert his.post(f"/jobs/{job.uuid}/undo").status_code == 403


def test_an_advisor_takes_only_what_they_see(
    client_of: ClientOf, leads: list[Lead], organization: Organization, alice: Advisor, bob: Advisor
) -> None:
    organization.advisors_see = LeadVisibility.OWN
    organization.save()
    Lead.objects.filter(pk=leads[0].pk).update(advisor=alice)
    assert b"3 leads" in client_of(bob).get("/leads/bulk/tag?all=1").content
    assert b"Nothing is picked" in client_of(bob).get(f"/leads/bulk/tag?lead={leads[0].uuid}").content


def test_it_is_stopped_and_an_undo_has_its_time(client: Client, leads: list[Lead]) -> None:
    job = begin(client, "tag", {"all": 1}, tag="New", expected=4)
    client.post(f"/jobs/{job.uuid}/stop")
    job.refresh_from_db()
    assert job.state == JobState.STOPPED
    assert "ended already" in client.post(f"/jobs/{job.uuid}/stop", follow=True).content.decode()
    assert "undone any more" in client.post(f"/jobs/{job.uuid}/undo", follow=True).content.decode()


def test_a_job_page_costs_seven_statements(client: Client, leads: list[Lead]) -> None:
    job = begin(client, "untag", {"all": 1}, tag="Nothing", expected=4)
    bulk_jobs.work()
    BulkJob.objects.update(refused=4)
    job.rows.update(state="refused", reason="No.")
    with CaptureQueriesContext(connection) as queries:
        assert client.get(f"/jobs/{job.uuid}").status_code == 200
    assert len(queries) <= 7, [query["sql"] for query in queries]  # session, user, advisor; job, rows, leads
