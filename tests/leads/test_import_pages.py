"""The pages of the import: choose, say, look, begin, follow, take the refused rows home."""

from __future__ import annotations

import csv
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from crm.models import Advisor, Organization
from leads import bulk_jobs
from leads.importing import tables
from leads.models import BulkJob, JobState, Lead
from tests.conftest import ClientOf

pytestmark = pytest.mark.django_db
FILE = b"Business,Phone,E-mail,Colour\nAcme,4155551001,a@x.example,red\nBolt,12,,=1+1\nCore,4155551003,,blue\n"
ANSWERS = {"column-0": "business_name", "column-1": "phone", "column-2": "email", "column-3": "own:Colour"}


def chosen(client: Client, content: bytes = FILE, name: str = "leads.csv") -> BulkJob:
    response = client.post("/leads/import", {"file": SimpleUploadedFile(name, content)})
    assert response.status_code == 302, response.content
    job = BulkJob.objects.latest("pk")
    assert response["Location"] == f"/imports/{job.uuid}"
    return job


def test_it_works(alice: Advisor, client_of: ClientOf) -> None:
    client = client_of(alice)
    job = chosen(client)
    page = client.get(f"/imports/{job.uuid}").content.decode()
    assert '<option value="business_name" selected>' in page
    assert "a@x.example" in page
    assert client.post(f"/imports/{job.uuid}", ANSWERS | {"known": "fill", "tells_others": "1"}).status_code == 302
    assert "Reading the file" in client.get(f"/imports/{job.uuid}").content.decode()
    bulk_jobs.work()
    page = client.get(f"/imports/{job.uuid}").content.decode()
    assert "Import 2 rows" in page
    assert "No consent is recorded" in page
    assert not Lead.objects.exists()
    assert client.post(f"/imports/{job.uuid}/start").status_code == 302
    bulk_jobs.work()
    assert "Undo the import" in client.get(f"/imports/{job.uuid}").content.decode()
    assert Lead.objects.get(business_name="Core").custom_fields == {"Colour": "blue"}
    assert "leads.csv" in client.get("/leads/import").content.decode()
    assert client.get(f"/jobs/{job.uuid}")["Location"] == f"/imports/{job.uuid}"
    assert client.post(f"/jobs/{job.uuid}/undo").status_code == 302
    bulk_jobs.work()
    assert not Lead.objects.live().exists()


def test_refused_rows_come_back_as_they_were_and_can_be_sent_again(alice: Advisor, client_of: ClientOf) -> None:
    client = client_of(alice)
    job = chosen(client)
    client.post(f"/imports/{job.uuid}", ANSWERS | {"known": "fill"})
    bulk_jobs.work()
    answer = client.get(f"/imports/{job.uuid}/refused.csv")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    heads, row = csv.reader(io.StringIO(text))
    assert heads == ["Business", "Phone", "E-mail", "Colour", "Row", "Reason"]
    assert row == ["Bolt", "12", "", "'=1+1", "3", "“12” is not a phone number that can be dialled."]
    again = chosen(client, text.replace(",12,", ",4155551002,").encode())
    assert again.options["targets"] == ["business_name", "phone", "email", "", "", ""]
    client.post(f"/imports/{again.uuid}", ANSWERS | {"known": "fill"})
    bulk_jobs.work()
    client.post(f"/imports/{again.uuid}/start")
    bulk_jobs.work()
    assert Lead.objects.get().custom_fields == {"Colour": "=1+1"}


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ({"column-0": "phone", "column-1": "phone"}, "Only one column can be: Phone"),
        ({"column-0": "name"}, "Say which column is the phone number"),
        ({"column-0": "phone", "column-1": "nonsense"}, "a field that is not there"),
        ({"column-0": "phone", "consent": "web_form"}, "Say where the proof lies"),
        ({"column-0": "phone", "stage": "0"}, "Select a valid choice"),
        ({"column-0": "phone", "tags": "x" * 101}, "at most 100 characters"),
    ],
)
def test_wrong_answers_are_said_and_nothing_is_lost(
    alice: Advisor, client_of: ClientOf, answers: dict[str, str], words: str
) -> None:
    client = client_of(alice)
    job = chosen(client)
    response = client.post(f"/imports/{job.uuid}", {"known": "skip", "source_label": "Expo", **answers})
    assert response.status_code == 422
    page = response.content.decode()
    assert words in page
    assert 'value="Expo"' in page
    assert 'value="skip" checked' in page


def test_a_file_that_can_not_be_read_is_said(
    alice: Advisor, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = client_of(alice)
    assert client.post("/leads/import").status_code == 422
    response = client.post("/leads/import", {"file": SimpleUploadedFile("a.pdf", b"%PDF")})
    assert (response.status_code, "CSV or an Excel" in response.content.decode()) == (422, True)
    monkeypatch.setattr("leads.importing.imports.MOST_BYTES", 3)
    response = client.post("/leads/import", {"file": SimpleUploadedFile("a.csv", FILE)})
    assert (response.status_code, "larger than" in response.content.decode()) == (422, True)
    assert tables.MOST_BYTES > 3


def test_advisors_import_where_the_organization_lets_them(
    bob: Advisor, alice: Advisor, organization: Organization, client_of: ClientOf
) -> None:
    client = client_of(bob)
    assert client.get("/leads/import").status_code == 403
    assert "/leads/import" not in client.get("/leads").content.decode()
    organization.advisors_may_import = True
    organization.save()
    assert "/leads/import" in client.get("/leads").content.decode()
    own, others = chosen(client), chosen(client_of(alice))
    assert client.get(f"/imports/{own.uuid}").status_code == 200
    assert client.get(f"/imports/{others.uuid}").status_code == 404


def test_a_file_can_be_discarded_and_one_under_way_stopped(alice: Advisor, client_of: ClientOf) -> None:
    client = client_of(alice)
    job = chosen(client)
    client.post(f"/imports/{job.uuid}", ANSWERS | {"known": "fill"})
    assert client.post(f"/imports/{job.uuid}/deletion")["Location"] == "/leads/import"
    assert not BulkJob.objects.exists()
    assert bulk_jobs.work() == 0
    job = chosen(client)
    client.post(f"/imports/{job.uuid}", ANSWERS | {"known": "fill"})
    bulk_jobs.work()
    client.post(f"/imports/{job.uuid}/start")
    assert client.post(f"/imports/{job.uuid}/deletion")["Location"] == f"/imports/{job.uuid}"
    client.post(f"/jobs/{job.uuid}/stop")
    job.refresh_from_db()
    assert (job.state, bulk_jobs.work(), Lead.objects.count()) == (JobState.STOPPED, 0, 0)


def test_pages_cost_a_fixed_number_of_statements(alice: Advisor, client_of: ClientOf) -> None:
    client = client_of(alice)

    def cost(address: str) -> int:
        with CaptureQueriesContext(connection) as seen:
            assert client.get(address).status_code == 200
        return len(seen)

    costs = []
    for number in (2, 30):
        bad = "".join(f"Bad {place},12\n" for place in range(number))
        wide = ",".join(f"C{place}" for place in range(number))
        job = chosen(client, f"Business,Phone,{wide}\nGood,4155551001\n{bad}".encode())
        columns = cost(f"/imports/{job.uuid}")
        client.post(f"/imports/{job.uuid}", {"column-1": "phone", "known": "fill"})
        bulk_jobs.work()
        costs.append((columns, cost(f"/imports/{job.uuid}")))
    assert costs[0] == costs[1]
    assert cost("/leads/import") <= 8
