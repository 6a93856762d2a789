"""Whatever is sent to /v1/webhooks, the answer is LendWorks' own and never a crash."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.models import Organization, WebhookEndpoint
from tests.api.caller import Caller
from tests.api.conftest import KeyOf
from tests.api.lendworks.test_any_request import _without_rate_limit as _without_rate_limit
from tests.api.lendworks.test_any_request import ids, is_in_the_contract, often, text, values

bodies = st.one_of(
    st.dictionaries(st.sampled_from(["url", "events", "secret", "isActive"]) | text, values, max_size=5),
    st.fixed_dictionaries(
        {"url": text.map(lambda host: f"https://{host}") | st.just("https://x.example/"), "events": values},
        optional={"secret": text, "isActive": values},
    ),
    st.fixed_dictionaries({"url": st.just("https://x.example/"), "events": st.just(["lead.created"])}),
)


@pytest.fixture
def hooks(organization: Organization, key_of: KeyOf) -> Caller:
    key = key_of(organization, "lendworks", permission="full")
    return Caller("/v1/webhooks", Authorization=f"Bearer {key}")


@often
@given(body=bodies | values)
def test_any_json_may_be_posted_and_patched(hooks: Caller, organization: Organization, body: Any) -> None:
    assert is_in_the_contract(hooks.post("", json.dumps(body)))
    made = hooks.post("", {"url": "https://x.example/", "events": ["lead.created"]}).json()["data"]["id"]
    assert is_in_the_contract(hooks.patch(f"/{made}", json.dumps(body)))
    assert is_in_the_contract(hooks.get(f"/{made}"))
    WebhookEndpoint.objects.all().delete()


@often
@given(identity=ids, method=st.sampled_from(["GET", "PATCH", "DELETE"]))
def test_any_id_may_be_asked_for(hooks: Caller, identity: str, method: str) -> None:
    path = "/" + quote(identity, safe="", errors="surrogatepass")
    assert is_in_the_contract(hooks(method, path, {} if method == "PATCH" else None))
