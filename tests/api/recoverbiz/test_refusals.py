"""Every failure leaves in RecoverBiz's envelope, with its rate-limit headers."""

from __future__ import annotations

import datetime as dt
from typing import Any
from unittest.mock import patch

import pytest
from django.test import Client

from crm.models import Credential, Organization, Partner
from crm.organizations import found
from tests.api.caller import Caller
from tests.api.conftest import KeyOf
from tests.api.recoverbiz.conftest import JOHN


def assert_refused(answer: Any, status: int, code: str) -> None:
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/json"
    error = answer.json()["error"]
    assert (error["code"], error["status"]) == (code, status)
    assert error["message"]
    assert answer.json().keys() == {"error"}
    for header in ("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"):
        assert answer[header].isdecimal()


def test_a_bearer_token_does_as_well(api: Caller) -> None:
    key = api.headers.pop("X-Partner-Key")
    assert api.get("/leads", Authorization=f"Bearer {key}").status_code == 200


@pytest.mark.parametrize("headers", [{}, {"X-Partner-Key": "pk_live_unknown"}, {"Authorization": "Basic abc"}])
def test_a_missing_or_unknown_key(organization: Organization, headers: dict[str, str]) -> None:
    caller = Caller(f"/v1/accounts/{organization.public_id}", **headers)
    assert_refused(caller.get("/leads"), 401, "unauthorized")
    assert caller.get("/leads").json() == {
        "error": {"code": "unauthorized", "message": "Invalid or missing Partner API key", "status": 401}
    }


@pytest.mark.parametrize("kind", ["lendworks", "convoso"])
def test_a_key_of_another_contract(organization: Organization, key_of: KeyOf, kind: str) -> None:
    caller = Caller(f"/v1/accounts/{organization.public_id}", X_Partner_Key=key_of(organization, kind))
    assert_refused(caller.get("/leads"), 401, "unauthorized")


@pytest.mark.parametrize("state", ["revoked_at", "expires_at"])
def test_a_key_that_is_over(api: Caller, now: dt.datetime, state: str) -> None:
    Credential.objects.update(**{state: now - dt.timedelta(seconds=1)})
    assert_refused(api.get("/leads"), 401, "unauthorized")


def test_a_key_that_was_changed_stays_valid_until_its_time_is_up(api: Caller, now: dt.datetime) -> None:
    Credential.objects.update(revoked_at=now + dt.timedelta(hours=24))
    assert api.get("/leads").status_code == 200


def test_a_key_for_reading_only(organization: Organization, key_of: KeyOf) -> None:
    key = key_of(organization, permission="read")
    caller = Caller(f"/v1/accounts/{organization.public_id}", X_Partner_Key=key)
    assert caller.get("/leads").status_code == 200
    assert_refused(caller.post("/leads", JOHN), 403, "forbidden")


def test_one_key_reaches_all_accounts_of_its_partner(key_of: KeyOf, now: dt.datetime, db: None) -> None:
    partner = Partner.objects.create(name="Many")
    accounts = [found(name=name, partner=partner, now=now) for name in ("One", "Two")]
    key = key_of(accounts[0])
    for account in accounts:
        assert Caller(f"/v1/accounts/{account.public_id}", X_Partner_Key=key).get("/leads").status_code == 200


def test_another_partners_account_looks_like_none(api: Caller, as_charlie: Caller) -> None:
    unknown = Caller("/v1/accounts/acc_unknown", **api.headers)
    assert_refused(as_charlie.get("/leads"), 404, "not_found")
    assert as_charlie.get("/leads").json() == unknown.get("/leads").json()


def test_a_sleeping_account(api: Caller) -> None:
    Organization.objects.update(is_active=False)
    assert_refused(api.get("/leads"), 403, "account_deactivated")
    assert_refused(api.post("/leads", JOHN), 403, "account_deactivated")


@pytest.mark.parametrize(
    "path", ["/leads/", "/sequences/", "/leads/bulk/", "/nothing", "/", "/leads/x/y", "/leads%0A", "/%00"]
)
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS", "FOO"])
def test_an_unknown_address(api: Caller, path: str, method: str) -> None:
    assert_refused(api(method, path), 404, "not_found")


@pytest.mark.parametrize("path", ["/v1", "/v1/", "/v1/leads", "/v1/accounts/", "/v1/nothing/here", "/v1/accounts/%0A"])
def test_an_unknown_address_under_its_own_prefix(api: Caller, path: str) -> None:
    assert_refused(Caller("/recoverbiz", **api.headers).get(path), 404, "not_found")


def test_everything_is_served_under_its_own_prefix(api: Caller) -> None:
    prefixed = Caller(f"/recoverbiz{api.prefix}", **api.headers)
    assert prefixed.post("/leads", JOHN).status_code == 201
    assert prefixed.get(f"/leads/{JOHN['phone']}").json() == api.get(f"/leads/{JOHN['phone']}").json()


@pytest.mark.parametrize(
    ("method", "path"),
    [("PUT", "/leads"), ("DELETE", "/leads"), ("GET", "/leads/bulk"), ("POST", "/leads/+14155551234"),
     ("GET", "/sequences/seq_1/enroll"), ("OPTIONS", "/leads"), ("FOO", "/leads"), ("DELETE", "")],
)  # fmt: skip
def test_a_method_that_is_not_served(api: Caller, method: str, path: str) -> None:
    answer = api(method, path)
    assert_refused(answer, 405, "method_not_allowed")
    assert method not in answer["Allow"]


@pytest.mark.parametrize("body", ["", "{", '{"phone": NaN}', b"\xff", "{'phone': 1}", '{"phone": "+1415"} trailing'])
def test_malformed_json(api: Caller, body: str | bytes) -> None:
    assert_refused(api.post("/leads", body), 422, "validation_error")


def test_json_of_the_wrong_type(api: Caller) -> None:
    for body in ("[]", '"text"', "7", "null", "true"):
        assert_refused(api.post("/leads", body), 422, "validation_error")


def test_json_that_is_too_deep(api: Caller) -> None:
    for depth in (100, 100_000):
        assert_refused(api.post("/leads", '{"metadata":' + "[" * depth + "]" * depth + "}"), 422, "validation_error")


@pytest.mark.parametrize(
    "declared", ["text/plain", "application/x-www-form-urlencoded", "application/octet-stream", ""]
)
def test_json_is_read_whatever_the_header_says(api: Caller, declared: str) -> None:
    assert api("POST", "/leads", JOHN, Content_Type=declared).status_code == 201


def test_what_is_declared_as_something_else_and_is_no_json(api: Caller) -> None:
    for declared in ("application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/xml"):
        answer = api("POST", "/leads", "phone=%2B14155551234", Content_Type=declared)
        assert_refused(answer, 415, "unsupported_media_type")
    assert_refused(api.post("/leads", b"\x1f\x8b", Content_Encoding="gzip"), 415, "unsupported_media_type")


def test_a_body_that_is_too_large(api: Caller) -> None:
    assert_refused(api.post("/leads", {**JOHN, "notes": "x" * (10 * 1024 * 1024)}), 413, "payload_too_large")


def test_a_crash(api: Caller, caplog: pytest.LogCaptureFixture) -> None:
    api.client.raise_request_exception = False
    with patch("api.recoverbiz.views.leads.import_lead", side_effect=RuntimeError("the secret cause")):
        answer = api.post("/leads", JOHN)
    assert_refused(answer, 500, "internal_error")
    assert "secret" not in answer.content.decode()
    assert "the secret cause" in caplog.text


def test_no_cookie_is_set_and_no_csrf_token_asked(api: Caller) -> None:
    api.client = Client(enforce_csrf_checks=True)
    answer = api.post("/leads", JOHN)
    assert answer.status_code == 201
    assert not answer.cookies
    assert "Cookie" not in answer.get("Vary", "")


def test_the_use_of_a_key_is_noted_once_a_minute(api: Caller, now: dt.datetime) -> None:
    api.get("/leads")
    noted = Credential.objects.get().last_used_at
    assert noted is not None
    assert noted >= now
    api.get("/leads")
    assert Credential.objects.get().last_used_at == noted
