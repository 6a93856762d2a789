"""Whatever is sent anywhere: an enveloped 2xx or 4xx, never a crash."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from crm.models import Organization
from leads.models import Lead
from sequences.models import Sequence
from tests.api.caller import Caller

LEAD_KEYS = [
    "phone", "name", "first_name", "last_name", "email", "company", "notes", "property_address", "source",
    "external_id", "auto_sequence", "metadata", "status", "leads",
]  # fmt: skip
SEQUENCE_KEYS = ["name", "steps", "description", "is_active", "is_default", "phone"]
STEP_KEYS = ["type", "message", "instructions", "delay_hours", "skip_if_replied", "order"]

texts = st.one_of(
    st.text(max_size=30),
    st.text(st.characters(codec=None), max_size=10),  # half surrogate pairs too
    st.sampled_from(
        ["+14155551234", "4155551234", "a@b.example", "new", "lost", "fixed", "ai", "", " ", "\0", "x" * 600]
    ),
)
scalars = st.one_of(
    st.none(), st.booleans(), st.integers(), st.integers(-(10**40), 10**40), st.floats(), texts, texts, texts
)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4), max_leaves=8
)


def objects(keys: list[str], inner: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.dictionaries(st.sampled_from(keys), inner, max_size=len(keys))


steps = st.lists(objects(STEP_KEYS, st.one_of(scalars, values)), max_size=3)
leads = objects(LEAD_KEYS, values)
bodies = st.one_of(
    values,
    leads,
    st.fixed_dictionaries({"phone": st.sampled_from(["+14155551234", "2125550000"])}, optional={"x": values}),
    leads.map(lambda body: {**body, "phone": "+14155551234"}),
    st.fixed_dictionaries({"leads": st.lists(st.one_of(leads, leads, values), max_size=5)}),
    objects(SEQUENCE_KEYS, values),
    st.fixed_dictionaries({"name": texts, "steps": steps}, optional={"is_default": values, "description": values}),
)
raw = st.one_of(bodies.map(json.dumps), bodies.map(json.dumps), st.text(max_size=20), st.binary(max_size=20))
segments = st.one_of(texts, st.sampled_from(["+14155551234", "4155551234", "bulk"])).map(
    lambda text: quote(text.encode("utf-8", "replace"), safe="+")
)
queries = st.dictionaries(st.sampled_from(["status", "search", "limit", "offset"]), st.one_of(scalars, texts)).map(
    lambda query: "&".join(
        f"{key}={quote(str(value).encode('utf-8', 'replace'), safe='')}" for key, value in query.items()
    )
)

anything = settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


def assert_decent(answer: Any) -> None:
    assert answer["Content-Type"] == "application/json"
    body = json.loads(answer.content)
    if answer.status_code >= 300:
        assert 400 <= answer.status_code < 500, answer.content
        assert body.keys() == {"error"}
        assert body["error"]["status"] == answer.status_code
        assert body["error"]["message"]


@pytest.fixture(autouse=True)
def without_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.recoverbiz.auth.RecoverBizView.count_request", lambda self: None)


@anything
@given(body=raw)
@example(body='{"phone": "+14155551234", "metadata": {"n": 1e300, "m": 123456789012345678901234567890}}')
@example(body='{"phone": "+14155551234", "metadata": {"n": 1e400}}')
@example(body='{"phone": "+14155551234", "name": "\\ud800"}')
@example(body='{"leads": [{"phone": "+14155551234", "external_id": "x"}, {"phone": "2125550000", "external_id": "x"}]}')
@example(body='{"phone": "+14155551234", "name": "\u2028 \U0001f600 \u202e", "email": "\u00e9@\u00e9.example"}')
def test_bodies(api: Caller, organization: Organization, sequence: Sequence, body: str | bytes) -> None:
    where = f"/sequences/{sequence.public_id}"
    for path in ("/leads", "/leads/bulk", "/sequences", f"{where}/enroll"):
        assert_decent(api.post(path, body))
    for path in ("/leads/+14155551234", where):
        assert_decent(api.patch(path, body))
    for path in ("/leads", "/leads/+14155551234", "/sequences"):
        assert_decent(api.get(path))
    Sequence.objects.exclude(pk=sequence.pk).update(deleted_at=sequence.created_at, is_default=False)


@anything
@given(segment=segments, query=queries, method=st.sampled_from(["GET", "POST", "PATCH", "PUT", "DELETE", "OPTIONS"]))
def test_addresses(api: Caller, sequence: Sequence, segment: str, query: str, method: str) -> None:
    for path in (f"/leads/{segment}", f"/sequences/{segment}", f"/sequences/{segment}/enroll", f"/{segment}"):
        assert_decent(api(method, f"{path}?{query}"))
    assert_decent(Caller("/v1/accounts", **api.headers)(method, f"/{segment}/leads?{query}"))


@anything
@given(query=queries)
def test_queries(api: Caller, organization: Organization, query: str) -> None:
    Lead.objects.filter(organization=organization).exists()
    assert_decent(api.get(f"/leads?{query}"))
    assert_decent(api.get(f"/sequences?{query}"))
