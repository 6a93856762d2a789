"""POST /accounts/:id/leads/bulk"""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from leads.models import Lead
from sequences.models import Enrollment, Sequence
from tests.api.caller import Caller
from tests.api.recoverbiz.conftest import JOHN


def rows(count: int, **more: Any) -> list[dict[str, Any]]:
    return [{"phone": f"+1415666{number:04d}", "name": f"Borrower {number}", **more} for number in range(count)]


def test_it_works(api: Caller) -> None:
    answer = api.post("/leads/bulk", {"leads": rows(3)})
    assert answer.status_code == 200
    assert answer.json() == {"success": True, "imported": 3, "updated": 0, "skipped": 0, "errors": []}


def test_a_bad_row_harms_no_other(api: Caller) -> None:
    api.post("/leads", {**JOHN, "external_id": "a"})
    api.post("/leads", {"phone": "+14155550000", "external_id": "b"})
    leads = [*rows(2), {"phone": "nonsense"}, {"name": "nobody"}, "text", {**JOHN, "external_id": "b"}, JOHN]
    answer = api.post("/leads/bulk", {"leads": leads}).json()
    assert (answer["imported"], answer["updated"], answer["skipped"]) == (2, 0, 1)
    assert [(error["index"], error["phone"], error["code"]) for error in answer["errors"]] == [
        (2, "nonsense", "invalid_phone"),
        (3, None, "validation_error"),
        (4, None, "validation_error"),
        (5, JOHN["phone"], "duplicate_lead"),
    ]
    assert all(error["message"] for error in answer["errors"])


def test_the_counts_add_up(api: Caller) -> None:
    api.post("/leads", JOHN)
    leads = [*rows(5), {**JOHN, "company": "Doe Industries"}, JOHN, {"phone": "x"}, *rows(2, email="john@doe.example")]
    answer = api.post("/leads/bulk", {"leads": leads}).json()
    assert answer["imported"] + answer["updated"] + answer["skipped"] + len(answer["errors"]) == len(leads)


def test_a_duplicate_in_the_batch_merges_into_the_row_before(api: Caller) -> None:
    leads = [{"phone": "4155551234", "name": "John Doe"}, {**JOHN, "name": "Other"}, JOHN]
    answer = api.post("/leads/bulk", {"leads": leads}).json()
    assert (answer["imported"], answer["updated"], answer["skipped"]) == (1, 1, 1)
    lead = Lead.objects.get()
    assert (lead.name, lead.email) == ("John Doe", JOHN["email"])


def test_it_follows_up_those_that_ask_for_it(api: Caller, sequence: Sequence) -> None:
    leads = [*rows(2, auto_sequence=True), {**JOHN, "auto_sequence": False}]
    api.post("/leads/bulk", {"leads": leads})
    assert sorted(Enrollment.objects.values_list("lead__phone_e164", flat=True)) == ["+14156660000", "+14156660001"]


def test_an_empty_batch_is_no_error(api: Caller) -> None:
    answer = api.post("/leads/bulk", {"leads": []})
    assert answer.status_code == 200
    assert answer.json() == {"success": True, "imported": 0, "updated": 0, "skipped": 0, "errors": []}


@pytest.mark.parametrize(
    "body", [{}, {"leads": None}, {"leads": {}}, {"leads": "x"}, [], "text", {"leads": rows(1001)}]
)
def test_it_refuses_what_is_no_batch(api: Caller, body: Any) -> None:
    answer = api.post("/leads/bulk", body)
    assert answer.status_code == 422
    assert answer.json()["error"]["code"] == "validation_error"
    assert not Lead.objects.exists()


def test_a_thousand_rows_take_no_more_statements_than_ten(api: Caller, sequence: Sequence) -> None:
    counts = []
    for start, count in ((0, 10), (10, 1000)):
        batch = [
            {"phone": f"+1415{start + number:07d}", "name": "B", "notes": "n" * 500, "auto_sequence": True}
            for number in range(count)
        ]
        with CaptureQueriesContext(connection) as statements:
            answer = api.post("/leads/bulk", {"leads": batch}).json()
        assert answer["imported"] == count, answer["errors"][:3]
        counts.append(len(statements))
    few, many = counts
    assert many <= few + 12  # what SQLite splits by its limit on variables
    assert many <= 60


def test_a_thousand_leads_with_long_notes_fit_into_one_request(api: Caller) -> None:
    answer = api.post("/leads/bulk", {"leads": rows(1000, notes="n" * 5000)})
    assert answer.json()["imported"] == 1000


def test_charlie_finds_no_such_account(as_charlie: Caller) -> None:
    assert as_charlie.post("/leads/bulk", {"leads": rows(1)}).status_code == 404
    assert not Lead.objects.exists()
