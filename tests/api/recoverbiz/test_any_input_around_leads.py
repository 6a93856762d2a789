"""Whatever is sent to accounts, conversations, requirements and webhooks: an enveloped 2xx or 4xx, never a crash."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.recoverbiz.webhooks import EVENTS
from crm.models import Organization, WebhookEndpoint
from leads.models import ItemKind, Requirement
from tests.api.caller import Caller
from tests.api.recoverbiz.conftest import JOHN
from tests.api.recoverbiz.test_any_input import anything, assert_decent, objects, queries, raw, segments, texts, values
from tests.api.recoverbiz.test_any_input import without_limits as without_limits

KEYS = [
    "name", "timezone", "is_active", "type", "description", "order", "message", "sent_by", "url", "events", "secret",
]  # fmt: skip
URLS = ["https://hooks.example/x", "https://[::1", "https://hooks.example:99999/", "https://\u2603.example/", "//x"]

bodies = st.one_of(
    objects(KEYS, values),
    st.fixed_dictionaries(
        {"name": texts, "type": st.sampled_from(ItemKind.values)}, optional={"order": values, "timezone": values}
    ),
    st.fixed_dictionaries(
        {
            "url": st.one_of(st.sampled_from(URLS), texts.map(lambda text: f"https://{text}")),
            "events": st.lists(st.sampled_from(EVENTS) | values, max_size=3),
            "secret": texts,
        }
    ),
).map(json.dumps)


@pytest.fixture
def partner(api: Caller) -> Caller:
    return Caller("/v1", **api.headers)


@anything
@given(body=st.one_of(bodies, bodies, raw))
def test_bodies(api: Caller, partner: Caller, organization: Organization, body: str | bytes) -> None:
    for path in ("/accounts", "/webhooks"):
        assert_decent(partner.post(path, body))
    for path in ("/requirements", "/conversations/+14155551234/messages"):
        assert_decent(api.post(path, body))
    requirement = Requirement.objects.create(organization=organization, name="Bank statements")
    for path in ("", f"/requirements/{requirement.public_id}"):
        assert_decent(api.patch(path, body))
        assert_decent(api.get(path))
    for path in ("/requirements", "/conversations"):
        assert_decent(api.get(path))
    Organization.objects.update(is_active=True)
    WebhookEndpoint.objects.all().delete()


@anything
@given(segment=segments, query=queries, method=st.sampled_from(["GET", "POST", "PATCH", "PUT", "DELETE", "OPTIONS"]))
def test_addresses(api: Caller, partner: Caller, segment: str, query: str, method: str) -> None:
    for path in (f"/requirements/{segment}", f"/conversations/{segment}/messages", f"/conversations/{segment}"):
        assert_decent(api(method, f"{path}?{query}"))
    assert_decent(partner(method, f"/accounts/{segment}?{query}"))
    assert_decent(Caller("/recoverbiz/v1", **partner.headers)(method, f"/webhooks/{segment}?{query}"))


@anything
@given(query=queries)
def test_queries(api: Caller, partner: Caller, query: str) -> None:
    for path in ("/requirements", "/conversations", "/conversations/+14155551234/messages"):
        assert_decent(api.get(f"{path}?{query}"))
    for path in ("/accounts", "/webhooks"):
        assert_decent(partner.get(f"{path}?{query}"))


@anything
@given(words=texts, person=values)
def test_whatever_is_said(api: Caller, words: str, person: Any) -> None:
    api.post("/leads", JOHN)
    assert_decent(api.post("/conversations/+14155551234/messages", {"message": words, "sent_by": person}))
    assert_decent(api.get("/conversations/+14155551234/messages"))
