"""Many requests at the same moment."""

from __future__ import annotations

from functools import partial

import pytest

from crm.models import Advisor, Event
from leads.models import Company, Lead
from tests import racing
from tests.api.caller import Caller
from tests.conftest import MakeLead

pytestmark = pytest.mark.django_db(transaction=True)

THREADS = 8
at_once = partial(racing.at_once, threads=THREADS)


def test_a_missing_company_is_made_once(
    api: Caller, as_alice: Caller, make_lead: MakeLead, bob: Advisor, alice: Advisor
) -> None:
    for number in range(20):
        make_lead(advisor=bob if number % 2 else alice, business_name="Cedarworks")
    seen = at_once(
        lambda number: Caller("/v1", **(api if number % 2 else as_alice).headers).get("/leads").json()["data"]
    )
    company = Company.objects.get()
    assert {lead["company_id"] for leads in seen for lead in leads} == {company.pk}


def test_a_walk_through_the_pages_amid_new_leads_neither_skips_nor_repeats(api: Caller, acme: Company) -> None:
    def post() -> int:
        return int(Caller("/v1", **api.headers).post("/leads", {"company_id": acme.pk}).json()["id"])

    known = {post() for _ in range(10)}

    def work(number: int) -> list[int]:
        if number:
            return [post() for _ in range(5)]
        seen, cursor = [], 0
        while cursor is not None:
            body = Caller("/v1", **api.headers).get(f"/leads?limit=3&cursor={cursor}").json()
            seen += [lead["id"] for lead in body["data"]]
            cursor = body["next_cursor"]
        return seen

    seen, *made = at_once(work)
    assert len(seen) == len(set(seen))
    assert known <= set(seen) <= known | {pk for pks in made for pk in pks}
    assert seen == sorted(seen)
    assert Lead.objects.count() == 10 + 5 * (THREADS - 1)


def test_one_status_told_many_times_moves_the_lead_once(api: Caller, make_lead: MakeLead, bob: Advisor) -> None:
    path = f"/leads/{make_lead(advisor=bob).pk}"
    answers = at_once(lambda number: Caller("/v1", **api.headers).patch(path, {"status": "qualified"}))
    assert {(answer.status_code, answer.json()["status"]) for answer in answers} == {(200, "qualified")}
    assert Event.objects.filter(name="lead.stage_changed").count() == 1
