"""Many requests at the same moment."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from api.models import RateWindow
from leads.models import Lead
from leads.tallies import stage_totals
from sequences.models import Enrollment, Sequence
from tests.api.caller import Caller
from tests.api.recoverbiz.conftest import JOHN
from tests.racing import THREADS, at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_twenty_threads_posting_one_phone_make_one_lead(api: Caller, sequence: Sequence) -> None:
    def post(number: int) -> tuple[int, str]:
        caller = Caller(api.prefix, **api.headers)
        answer = caller.post("/leads", {**JOHN, "external_id": "app_1", "auto_sequence": True})
        return answer.status_code, answer.json().get("action", answer.content)

    assert Counter(at_once(post)) == {(201, "created"): 1, (200, "skipped"): THREADS - 1}
    lead = Lead.objects.get()
    assert Enrollment.objects.get().lead == lead
    assert sum(totals.answering for totals in stage_totals(lead.organization).values()) == 1
    assert RateWindow.objects.get(bucket="import").requests == THREADS


def test_batches_of_the_same_people_make_each_of_them_once(api: Caller) -> None:
    people = [{"phone": f"+1415666{number:04d}", "external_id": f"id_{number}"} for number in range(50)]

    def post(number: int) -> dict[str, Any]:
        leads = people if number % 2 else people[::-1]
        return dict(Caller(api.prefix, **api.headers).post("/leads/bulk", {"leads": leads}).json())

    answers = at_once(post, 8)
    assert [answer.get("errors") for answer in answers] == [[]] * 8
    assert sum(answer["imported"] for answer in answers) == 50
    assert Lead.objects.count() == 50


def test_one_default_sequence_is_left_of_many_made_at_once(api: Caller) -> None:
    def post(number: int) -> int:
        body = {"name": f"No. {number}", "is_default": True, "steps": [{"type": "fixed", "message": "Hi"}]}
        return int(Caller(api.prefix, **api.headers).post("/sequences", body).status_code)

    assert at_once(post, 8) == [201] * 8
    assert Sequence.objects.filter(is_default=True, deleted_at=None).count() == 1
