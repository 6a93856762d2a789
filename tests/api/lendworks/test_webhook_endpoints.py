"""/v1/webhooks, /v1/webhooks/catalog and /v1/status"""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from crm.models import Organization, WebhookEndpoint
from tests.api.caller import Caller
from tests.api.conftest import KeyOf

NEW = {"url": "https://hooks.acme.example/lw", "events": ["lead.created"]}


@pytest.fixture
def hooks(organization: Organization, key_of: KeyOf) -> Caller:
    """Acme, with a key that may do everything."""
    key = key_of(organization, "lendworks", permission="full")
    return Caller("/v1/webhooks", Authorization=f"Bearer {key}")


@pytest.fixture
def charlies(other_organization: Organization, key_of: KeyOf) -> Caller:
    key = key_of(other_organization, "lendworks", permission="full")
    return Caller("/v1/webhooks", Authorization=f"Bearer {key}")


def test_it_makes_an_endpoint_and_shows_its_secret_once(hooks: Caller, organization: Organization) -> None:
    answer = hooks.post("", NEW)
    assert answer.status_code == 201
    made = answer.json()["data"]
    assert (made["type"], made["id"][:3]) == ("webhook", "wh_")
    secret = made["attributes"].pop("secret")
    assert made["attributes"].pop("createdAt").endswith("Z")
    assert made["attributes"] == {**NEW, "isActive": True, "switchedOffBecause": None}
    assert answer.json()["meta"].keys() == {"requestId"}
    endpoint = WebhookEndpoint.objects.get()
    assert (endpoint.organization, endpoint.secret) == (organization, secret)
    assert secret.startswith("whsec_")
    assert secret not in hooks.get(f"/{made['id']}").content.decode() + hooks.get("").content.decode()


def test_a_secret_of_the_callers_own(hooks: Caller) -> None:
    assert hooks.post("", {**NEW, "secret": "mine"}).json()["data"]["attributes"]["secret"] == "mine"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"url": None}, "url"),
        ({"url": 7}, "url"),
        ({"url": ""}, "url"),
        ({"url": "ftp://x.example"}, "url"),
        ({"url": "http://x.example"}, "url"),
        ({"url": "https://10.0.0.1/"}, "url"),
        ({"events": None}, "events"),
        ({"events": []}, "events"),
        ({"events": "lead.created"}, "events"),
        ({"events": ["lead.eaten"]}, "events"),
        ({"events": [{}]}, "events"),
        ({"secret": 7}, "secret"),
        ({"secret": "x" * 256}, "secret"),
    ],
)
def test_it_refuses_what_is_no_endpoint_and_names_the_field(hooks: Caller, wrong: dict[str, Any], field: str) -> None:
    answer = hooks.post("", {**NEW, **wrong})
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert (error["code"], error["detail"]["field"]) == ("VALIDATION_ERROR", field)
    assert error["message"].startswith(f"Field '{field}")
    assert not WebhookEndpoint.objects.exists()


def test_it_names_every_field_that_fails(hooks: Caller) -> None:
    fields = [error["detail"]["field"] for error in hooks.post("", {"events": []}).json()["errors"]]
    assert fields == ["url", "events"]


def test_it_changes_what_is_given(hooks: Caller) -> None:
    made = hooks.post("", NEW).json()["data"]
    answer = hooks.patch(f"/{made['id']}", {"events": ["lead.status_changed"], "isActive": False})
    assert answer.status_code == 200
    attributes = answer.json()["data"]["attributes"]
    assert (attributes["url"], attributes["events"], attributes["isActive"]) == (
        NEW["url"],
        ["lead.status_changed"],
        False,
    )
    assert hooks.get(f"/{made['id']}").json()["data"]["attributes"] == attributes
    assert hooks.patch(f"/{made['id']}", {"isActive": True}).json()["data"]["attributes"]["isActive"] is True
    assert hooks.patch(f"/{made['id']}", {}).status_code == 200
    for wrong in ({"isActive": None}, {"isActive": 1}, {"url": None}, {"url": "http://x.example"}, {"events": []}):
        assert hooks.patch(f"/{made['id']}", {"isActive": False, **wrong}).status_code == 422
    assert hooks.get(f"/{made['id']}").json()["data"]["attributes"]["isActive"] is True


def test_it_deletes(hooks: Caller) -> None:
    made = hooks.post("", NEW).json()["data"]
    answer = hooks.delete(f"/{made['id']}")
    assert (answer.status_code, answer.json()["data"]) == (
        200,
        {"id": made["id"], "type": "webhook", "deleted": True},
    )
    for answer in (hooks.get(f"/{made['id']}"), hooks.delete(f"/{made['id']}"), hooks.patch(f"/{made['id']}", {})):
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (404, "NOT_FOUND")


def test_it_lists_newest_first_with_the_same_number_of_statements(hooks: Caller) -> None:
    ids = [hooks.post("", NEW).json()["data"]["id"] for _ in range(5)]
    with CaptureQueriesContext(connection) as queries:
        listed = hooks.get("?limit=2").json()
    assert len(queries) <= 4
    assert [row["id"] for row in listed["data"]] == ids[:2:-1]
    assert {**listed["meta"], "requestId": ""} == {"total": 5, "page": 1, "limit": 2, "hasMore": True, "requestId": ""}
    assert hooks.get("?limit=2&page=3").json()["meta"]["hasMore"] is False
    assert hooks.get("?page=0").status_code == 422


def test_an_idempotency_key_makes_one(hooks: Caller) -> None:
    first, second = (hooks.post("", NEW, Idempotency_Key="once") for _ in range(2))
    assert first.content == second.content
    assert second["Idempotency-Key-Replay"] == "true"
    assert WebhookEndpoint.objects.count() == 1


def test_another_organization_sees_and_changes_nothing(hooks: Caller, charlies: Caller) -> None:
    made = hooks.post("", NEW).json()["data"]
    assert charlies.get("").json()["data"] == []
    for answer in (
        charlies.get(f"/{made['id']}"),
        charlies.patch(f"/{made['id']}", {"isActive": False}),
        charlies.delete(f"/{made['id']}"),
    ):
        assert answer.status_code == 404
    assert WebhookEndpoint.objects.get().is_active


def test_permission_levels(organization: Organization, key_of: KeyOf, hooks: Caller) -> None:
    made = hooks.post("", NEW).json()["data"]
    reader, writer = (
        Caller("/v1/webhooks", Authorization=f"Bearer {key_of(organization, 'lendworks', permission=level)}")
        for level in ("read", "read_write")
    )
    assert reader.get("").status_code == 200
    assert reader.post("", NEW).status_code == 403
    assert writer.post("", NEW).status_code == 201
    assert writer.delete(f"/{made['id']}").status_code == 403


@pytest.mark.django_db
@pytest.mark.parametrize("prefix", ["/v1", "/lendworks/v1"])
def test_the_catalog_and_the_status_are_for_everybody(prefix: str, now: dt.datetime) -> None:
    catalog = Client().get(f"{prefix}/webhooks/catalog")
    assert catalog.status_code == 200
    assert [row["event"] for row in catalog.json()["data"]] == ["lead.created", "lead.status_changed"]
    assert "businessName" in catalog.json()["data"][0]["fields"]
    status = Client().get(f"{prefix}/status", headers={"Authorization": "Bearer lw_live_nonsense"})
    assert status.status_code == 200
    assert status.json()["data"]["status"] == "operational"
    for answer in (catalog, status):
        assert answer["LW-API-Version"] == "2025-01-15"
        assert answer.json()["meta"]["requestId"] == answer["X-Request-Id"]
    assert Client().post(f"{prefix}/status").status_code == 405
    assert Client().get(f"{prefix}/webhooks").json()["errors"][0]["code"] == "API_KEY_REQUIRED"
