"""Whatever is sent, the answer is Convoso's own and never a crash."""

from __future__ import annotations

import json
import string
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from api.convoso import vocabulary
from api.convoso.auth import ConvosoView
from crm.models import Organization
from leads.models import DialList
from tests.api.caller import Caller
from tests.api.convoso.conftest import FORM, Dialler

PATHS = [
    "leads/search", "leads/insert", "leads/update", "leads/delete", "leads/get-recordings", "lists/search",
    "lists/insert", "lists/update", "lists/delete", "campaigns/search", "campaigns/status",
]  # fmt: skip
NAMES = sorted(
    vocabulary.COLUMNS.keys() | vocabulary.OPTIONS - {"auth_token"} | vocabulary.DATE_RANGES.keys() | vocabulary.OURS
    | {"offset", "limit", "start_time", "end_time", "name", "campaign_id", "description"}
)  # fmt: skip

texts = st.one_of(
    st.text(max_size=30),
    st.text(st.characters(codec=None), max_size=10),  # half surrogate pairs too
    st.text(string.printable, max_size=30),
    st.sampled_from(
        ["4155551234", "+447911123456", "1", "0", "true", "-1", "9" * 40, "2026-03-01", "2026-03-01 10:00:00", "\0",
         "0001-01-01", "9999-12-31 23:59:59", "a@b.example", "DNC", "MOBILE,VOIP", "x" * 300, "\u0663", "1e400"]
    ),
)  # fmt: skip
numbers = st.integers() | st.floats() | st.integers(-(2**90), 2**90) | st.integers(0, 100)
values = st.recursive(
    st.none() | st.booleans() | numbers | texts | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
names = st.sampled_from(NAMES)
forms = st.dictionaries(st.one_of(names, names, names, texts), st.one_of(texts, numbers.map(str)), max_size=8)
objects = st.dictionaries(st.one_of(names, names, names, texts), values, max_size=8)
kinds = st.sampled_from([FORM, "application/json", "multipart/form-data; boundary=x", "text/plain", "", "image/png"])

often = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture(autouse=True)
def _without_rate_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ConvosoView, "count_request", lambda self: None)


def assert_in_the_contract(answer: Any) -> None:
    assert answer.status_code < 500, answer.content
    assert answer["Content-Type"] == "application/json"
    body = json.loads(answer.content)
    if body["success"]:
        assert answer.status_code == 200
    else:
        assert type(body["code"]) is int
        assert body["error"]
        assert body["text"]
        assert answer.status_code == (200 if body["code"] > 1000 else body["code"])


def encoded(form: dict[str, str]) -> str:
    return urlencode({key.encode("utf-8", "replace"): value.encode("utf-8", "replace") for key, value in form.items()})


@often
@given(form=forms, has_lead=st.booleans())
@example(form={"phone_number": "4155551234", "check_dup": "4"}, has_lead=True)
@example(form={"phone_number": "4155551234", "update_if_found": "1", "phone_code": "44"}, has_lead=True)
@example(form={"monthly_revenue": "9" * 40, "start_date": "0000-00-00"}, has_lead=True)
def test_any_form(api: Dialler, organization: Organization, form: dict[str, str], has_lead: bool) -> None:
    api.list_id = DialList.objects.create(organization=organization, name="x").pk  # the last example deleted its own
    usual = {"phone_number": "4155551234", "list_id": str(api.list_id)}
    lead = api.inserted().pk if has_lead else 7
    for path in PATHS:
        named = usual if path == "leads/insert" else {"lead_id": str(lead), "list_id": str(api.list_id)}
        for given_form in (form, {**named, **form}, {**form, **named}):
            assert_in_the_contract(_posted(api, path, given_form))
    assert_in_the_contract(api.form("/leads/search"))


def _posted(api: Dialler, path: str, form: dict[str, str]) -> Any:
    return api.post(f"/{path}?auth_token={api.token}", encoded(form), Content_Type=FORM)


@often
@given(path=st.sampled_from(PATHS), form=forms)
def test_any_query(api: Dialler, path: str, form: dict[str, str]) -> None:
    query = encoded({**form, "auth_token": api.token})
    assert_in_the_contract(api.get(f"/{path}?{query}"))
    assert_in_the_contract(api.post(f"/{path}?{query}"))


@often
@given(path=st.sampled_from(PATHS), body=objects | values)
def test_any_json(api: Dialler, path: str, body: Any) -> None:
    if isinstance(body, dict):
        body = {"phone_number": "4155551234", "list_id": api.list_id, **body}
    assert_in_the_contract(api.post(f"/{path}?auth_token={api.token}", json.dumps(body)))
    assert_in_the_contract(api.post(f"/{path}", json.dumps(body)))


@often
@given(path=st.sampled_from(PATHS), body=st.binary(max_size=60) | st.text(max_size=30).map(str.encode), kind=kinds)
def test_any_bytes(api: Dialler, path: str, body: bytes, kind: str) -> None:
    assert_in_the_contract(api.post(f"/{path}?auth_token={api.token}", body, Content_Type=kind))


@often
@given(path=texts, token=texts)
def test_any_address_and_token(api: Dialler, path: str, token: str) -> None:
    address = quote(path.encode("utf-8", "replace"), safe="")
    assert_in_the_contract(Caller().get(f"/convoso/v1/{address}?auth_token={api.token}"))
    assert_in_the_contract(Caller().post("/v1/leads/search", {"auth_token": token}))
