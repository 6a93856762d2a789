"""Whatever is sent, the answer is LendWorks' own and never a crash."""

from __future__ import annotations

import json
import string
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.lendworks import auth
from api.lendworks.vocabulary import COLUMNS
from crm.models import Tier
from tests.api.caller import Caller
from tests.conftest import MakeLead

FIELDS = list(COLUMNS)

text = st.text() | st.text(st.characters()) | st.text(string.printable)
numbers = st.integers() | st.floats() | st.integers(min_value=2**62) | st.decimals(allow_nan=False).map(str)
values = st.recursive(
    st.none() | st.booleans() | numbers | text | st.uuids().map(str) | st.emails(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(text, inner, max_size=4),
    max_leaves=8,
)
bodies = st.dictionaries(st.sampled_from(FIELDS) | text, values, max_size=8)
ids = st.uuids().map(str) | text
often = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture(autouse=True)
def _without_rate_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(auth, "REQUESTS_PER_MINUTE", dict.fromkeys(Tier.values, 10**9))


def is_in_the_contract(answer: Any) -> bool:
    assert answer.status_code < 500, answer.content
    assert answer["Content-Type"] == "application/json"
    assert ("data" in answer.json()) == (answer.status_code < 300)
    assert ("errors" in answer.json()) == (answer.status_code >= 400)
    return bool(answer.json()["meta"]["requestId"])


@often
@given(body=bodies | values)
def test_any_json_may_be_posted(api: Caller, body: Any) -> None:
    assert is_in_the_contract(api.post("", json.dumps(body)))


@often
@given(body=bodies)
def test_any_json_may_be_patched(api: Caller, make_lead: MakeLead, body: Any) -> None:
    lead = make_lead()
    assert is_in_the_contract(api.patch(f"/{lead.uuid}", json.dumps(body)))
    assert api.get(f"/{lead.uuid}").status_code == 200


@often
@given(body=st.binary())
def test_any_bytes_may_be_posted(api: Caller, body: bytes) -> None:
    assert is_in_the_contract(api.post("", body))


@often
@given(page=text | st.integers(), limit=text | st.integers(), search=text, other=text)
def test_any_query_may_be_asked(api: Caller, page: Any, limit: Any, search: str, other: str) -> None:
    query = {"page": page, "limit": limit, "search": search, other: other}
    clean = {
        quote(key, errors="surrogatepass"): quote(str(value), errors="surrogatepass") for key, value in query.items()
    }
    assert is_in_the_contract(api.get("?" + "&".join(f"{key}={value}" for key, value in clean.items())))
    assert is_in_the_contract(api.get("?" + urlencode({"search": search.encode(errors="ignore")})))


@often
@given(search=st.text(st.sampled_from("acmeé\"'%_\\*()-+:^.@ ABN\u0130ß"), max_size=12))
def test_any_signs_may_be_searched_for(api: Caller, search: str) -> None:
    assert is_in_the_contract(api.get("?" + urlencode({"search": search})))


@often
@given(identity=ids)
def test_any_id_may_be_asked_for(api: Caller, identity: str) -> None:
    assert is_in_the_contract(api.get("/" + quote(identity, safe="", errors="surrogatepass")))


@often
@given(key=st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=300))
def test_any_idempotency_key_may_be_shown(api: Caller, key: str) -> None:
    assert is_in_the_contract(api.post("", {}, Idempotency_Key=key))
