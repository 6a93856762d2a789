"""Whatever is sent, the answer is this contract's own and never a crash."""

from __future__ import annotations

import json
import string
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from leads.models import Company, Lead
from tests.api.caller import Caller
from tests.api.userleads.conftest import MakeLeadOf

KEYS = ["company_id", "notes", "status", "name", "industry", "website", "phone", "id", "user_id", "score"]
PARAMETERS = [
    "status", "company_id", "min_score", "max_score", "created_after", "created_before", "cursor", "limit",
]  # fmt: skip

texts = st.one_of(
    st.text(max_size=30),
    st.text(st.characters(codec=None), max_size=10),  # half surrogate pairs too
    st.sampled_from(["new", "lost", "", " ", "\0", "x" * 600, "1", "2026-02-30", "2026-01-01", "-1"]),
)
scalars = st.one_of(st.none(), st.booleans(), st.integers(), st.integers(-(10**40), 10**40), st.floats(), texts, texts)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4), max_leaves=8
)
bodies = st.one_of(values, st.dictionaries(st.sampled_from(KEYS), values, max_size=5))
raw = st.one_of(bodies.map(json.dumps), bodies.map(json.dumps), st.text(max_size=20), st.binary(max_size=20))
numbers = st.one_of(st.integers(), st.integers(-(2**80), 2**80), st.sampled_from([2**31, 2**63, 2**64, 2**80]))
queries = st.dictionaries(
    st.sampled_from(PARAMETERS) | texts, st.one_of(numbers, numbers, st.dates(), texts), max_size=6
).map(lambda query: "&".join(f"{quoted(key)}={quoted(value)}" for key, value in query.items()))
segments = st.one_of(texts, numbers, st.text(string.digits, max_size=30), st.uuids()).map(lambda part: quoted(part))
methods = st.sampled_from(["GET", "HEAD", "POST", "PATCH", "PUT", "DELETE", "OPTIONS"])
often = settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


def quoted(value: Any) -> str:
    return quote(str(value).encode("utf-8", "surrogatepass"), safe="")


@pytest.fixture(autouse=True)
def without_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.userleads.auth.UserView.count_request", lambda self: None)


def assert_decent(answer: Any) -> None:
    assert answer.status_code < 500, answer.content
    assert answer["Content-Type"] == "application/json"
    if answer.content:
        body = answer.json()
        assert (body.keys() == {"error"}) == (answer.status_code >= 400), body


@often
@given(body=raw)
@example(body='{"company_id": 1208925819614629174706176}')
@example(body='{"company_id": 9223372036854775807}')
@example(body='{"company_id": 1, "notes": "\\ud800"}')
def test_bodies(api: Caller, lead_of_bob: MakeLeadOf, acme: Company, body: str | bytes) -> None:
    lead = Lead.objects.first() or lead_of_bob()
    for answer in (api.post("/leads", body), api.patch(f"/leads/{lead.pk}", body), api.post("/companies", body)):
        assert_decent(answer)
    for path in ("/leads", f"/leads/{lead.pk}", "/companies"):
        assert api.get(path).status_code == 200


@often
@given(notes=texts, status=st.sampled_from(["new", "contacted", "qualified", "converted", "lost"]) | texts)
def test_changes(api: Caller, lead_of_bob: MakeLeadOf, notes: str, status: str) -> None:
    lead = Lead.objects.first() or lead_of_bob()
    answer = api.patch(f"/leads/{lead.pk}", json.dumps({"notes": notes, "status": status}))
    assert_decent(answer)
    if answer.status_code == 200:
        assert (answer.json()["notes"], answer.json()["status"]) == (notes, status)


@often
@given(query=queries)
@example(query=f"cursor={2**80}&min_score=-{2**80}")
@example(query="created_after=0001-01-01&created_before=9999-12-31")
@example(query="status=%ff&cursor=%00")
def test_queries(api: Caller, lead_of_bob: MakeLeadOf, query: str) -> None:
    Lead.objects.exists() or lead_of_bob()
    assert_decent(api.get(f"/leads?{query}"))
    assert_decent(api.get(f"/companies?{query}"))


@often
@given(segment=segments, query=queries, method=methods)
@example(segment=str(2**80), query="", method="PATCH")
@example(segment="%00", query="", method="GET")
def test_addresses(api: Caller, segment: str, query: str, method: str) -> None:
    for path in (f"/leads/{segment}", f"/companies/{segment}", f"/{segment}", f"/leads/{segment}/{segment}"):
        assert_decent(api(method, f"{path}?{query}", {}))


@often
@given(key=st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=80))
def test_keys(db: None, key: str) -> None:
    for headers in ({"X_API_Key": key}, {"Authorization": f"Bearer {key}"}, {"Authorization": key}):
        answer = Caller("/userleads/v1/leads", **headers).get()
        assert_decent(answer)
        assert answer.status_code == 401
