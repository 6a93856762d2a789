"""Keys, permission levels, tiers, and what stands in the head of every answer."""

from __future__ import annotations

import datetime as dt
import time
import uuid
from typing import Any
from unittest.mock import patch

import pytest

from api.models import RateWindow
from crm.models import Credential, Organization, Permission, Tier
from leads.models import Lead
from tests.api.caller import Caller
from tests.api.conftest import KeyOf
from tests.api.lendworks.conftest import caller
from tests.conftest import MakeLead

HEADERS = {"X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset", "X-RateLimit-Window", "LW-API-Version"}


def refusal(answer: Any) -> tuple[int, str]:
    """Status and code, of an answer that has all that every answer has."""
    assert answer["Content-Type"] == "application/json"
    assert set(answer.headers) >= HEADERS
    assert answer["LW-API-Version"] == "2025-01-15"
    assert answer["X-Request-Id"] == answer.json()["meta"]["requestId"]
    assert uuid.UUID(answer["X-Request-Id"])
    return answer.status_code, answer.json()["errors"][0]["code"]


@pytest.mark.parametrize(
    "headers", [{}, {"Authorization": ""}, {"Authorization": "Bearer "}, {"Authorization": "Basic x"}]
)
def test_without_a_key_it_asks_for_one(db: None, headers: dict[str, str]) -> None:
    for path in ("/v1/leads", f"/v1/leads/{uuid.uuid4()}", "/v1/nothing", "/lendworks/v1/leads", "/lendworks/v1/x"):
        assert refusal(Caller("", **headers).get(path)) == (401, "API_KEY_REQUIRED")


@pytest.mark.parametrize("key", ["lw_live_wrong", "x", "Ünïcode", "lw_live_" + "x" * 4000, "%00", "a b"])
def test_an_unknown_key_is_invalid(db: None, key: str) -> None:
    assert refusal(caller(key).get()) == (401, "INVALID_API_KEY")


def test_a_key_in_another_place_is_no_key(organization: Organization, key_of: KeyOf) -> None:
    key = key_of(organization, "lendworks")
    answer = Caller("/lendworks/v1/leads", X_API_Key=key).get(f"?api_key={key}")
    assert refusal(answer) == (401, "API_KEY_REQUIRED")


def test_a_key_of_another_contract_is_invalid(organization: Organization, key_of: KeyOf) -> None:
    for kind in ("recoverbiz", "convoso"):
        key = key_of(organization, kind)
        for path in ("/v1/leads", "/lendworks/v1/leads"):
            assert refusal(Caller("", Authorization=f"Bearer {key}").get(path)) == (401, "INVALID_API_KEY")


def test_a_revoked_and_an_expired_key_are_told_apart(organization: Organization, api: Caller, now: dt.datetime) -> None:
    keys = Credential.objects.filter(organization=organization)
    keys.update(expires_at=now)
    assert refusal(api.get()) == (401, "API_KEY_EXPIRED")
    keys.update(revoked_at=now)
    assert refusal(api.get()) == (401, "API_KEY_REVOKED")


def test_a_rotated_key_works_until_its_hour_has_come(organization: Organization, api: Caller, now: dt.datetime) -> None:
    later = now + dt.timedelta(hours=24)
    Credential.objects.filter(organization=organization).update(expires_at=later, revoked_at=later)
    assert api.get().status_code == 200
    with patch("django.utils.timezone.now", return_value=later + dt.timedelta(seconds=1)):
        assert refusal(api.get())[0] == 401


def test_an_organization_at_rest_is_refused(organization: Organization, api: Caller) -> None:
    Organization.objects.filter(pk=organization.pk).update(is_active=False)
    assert refusal(api.get()) == (403, "FORBIDDEN")


def test_a_key_for_reading_reads_and_no_more(organization: Organization, key_of: KeyOf, make_lead: MakeLead) -> None:
    lead, api = make_lead(), caller(key_of(organization, "lendworks", permission=Permission.READ))
    assert api.get().status_code == api.get(f"/{lead.uuid}").status_code == 200
    for answer, method in ((api.post("", {}), "POST"), (api.patch(f"/{lead.uuid}", {}), "PATCH")):
        assert refusal(answer) == (403, "FORBIDDEN")
        message = f"API key permission level 'read' does not allow {method} requests"
        assert answer.json()["errors"][0]["message"] == message
    assert Lead.objects.count() == 1


@pytest.mark.parametrize("permission", [Permission.READ_WRITE, Permission.FULL])
def test_both_other_levels_write(organization: Organization, key_of: KeyOf, permission: Permission) -> None:
    api = caller(key_of(organization, "lendworks", permission=permission))
    lead = api.post("", {}).json()["data"]["id"]
    assert api.patch(f"/{lead}", {}).status_code == 200


@pytest.mark.parametrize("permission", list(Permission))
def test_methods_that_are_not_served_are_405_for_every_level(
    organization: Organization, key_of: KeyOf, make_lead: MakeLead, permission: Permission
) -> None:
    one, api = f"/{make_lead().uuid}", caller(key_of(organization, "lendworks", permission=permission))
    cases = {"": ("DELETE", "PUT", "PATCH", "OPTIONS", "PROPFIND"), one: ("DELETE", "PUT", "POST", "OPTIONS", "TRACE")}
    for path, methods in cases.items():
        for method in methods:
            answer = api(method, path)
            assert refusal(answer) == (405, "METHOD_NOT_ALLOWED")
            assert answer["Allow"] == ("GET, POST, HEAD" if path == "" else "GET, PATCH, HEAD")


@pytest.mark.parametrize(
    "path", ["/v1/nothing", "/v1/leads/", "/v1", "/v1/leads/x/y", "/lendworks/v1", "/v1/applications"]
)
def test_an_unknown_address_is_404_and_no_redirect(api: Caller, path: str) -> None:
    for method in ("GET", "POST", "PUT", "DELETE"):
        assert refusal(Caller("", **api.headers)(method, path)) == (404, "NOT_FOUND")


def test_the_limit_is_counted_down_on_every_answer(api: Caller) -> None:
    answers = [api.get(), api.get("/nothing"), api.post("", "{"), api.delete("")]
    assert {answer["X-RateLimit-Limit"] for answer in answers} == {"1000"}
    assert {answer["X-RateLimit-Window"] for answer in answers} == {"60"}
    assert {answer["LW-API-Version"] for answer in answers} == {"2025-01-15"}
    assert [answer.status_code for answer in answers] == [200, 404, 400, 405]
    assert 0 <= int(answers[0]["X-RateLimit-Reset"]) - time.time() <= 60
    remaining = [int(answer["X-RateLimit-Remaining"]) for answer in answers]
    if len({answer["X-RateLimit-Reset"] for answer in answers}) == 1:  # no new minute in between
        assert remaining == [999, 998, 997, 996]


@pytest.mark.parametrize(("tier", "limit"), [(Tier.BASIC, 100), (Tier.STANDARD, 1000), (Tier.PREMIUM, 10000)])
def test_each_tier_has_its_limit(organization: Organization, api: Caller, tier: Tier, limit: int) -> None:
    Credential.objects.filter(organization=organization).update(tier=tier)
    assert api.get()["X-RateLimit-Limit"] == str(limit)


def test_above_the_limit_it_is_429_and_says_when_to_come_again(api: Caller) -> None:
    api.get()
    RateWindow.objects.update(requests=1000, opened_at=int(time.time()) // 60 * 60 + 60)  # whatever minute it is
    answer = api.post("", {"businessName": "Acme"})
    assert refusal(answer) == (429, "RATE_LIMIT_EXCEEDED")
    detail = answer.json()["errors"][0]["detail"]
    assert (detail["limit"], detail["remaining"]) == (1000, 0)
    assert detail["retryAfter"] == int(answer["Retry-After"]) >= 1
    assert str(detail["resetAt"]) == answer["X-RateLimit-Reset"]
    assert answer["X-RateLimit-Remaining"] == "0"
    assert not Lead.objects.exists()


def test_each_request_has_an_id_of_its_own(api: Caller) -> None:
    ids = {api.get().json()["meta"]["requestId"] for _ in range(3)} | {api.get()["X-Request-Id"]}
    assert len(ids) == 4


def test_a_crash_is_500_in_the_envelope_and_says_nothing(api: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError("secret of the house")

    monkeypatch.setattr("api.lendworks.listing.leads_on", crash)
    api.client.raise_request_exception = False
    answer = api.get()
    assert refusal(answer) == (500, "INTERNAL_ERROR")
    assert b"secret" not in answer.content


def test_a_body_above_ten_megabytes_is_413(api: Caller) -> None:
    assert refusal(api.post("", '{"businessName": "' + "x" * (10 * 1024 * 1024) + '"}')) == (413, "PAYLOAD_TOO_LARGE")


def test_what_is_declared_and_read_as_no_json_is_415(api: Caller) -> None:
    answer = api.post("", "businessName=Acme", Content_Type="multipart/form-data; boundary=x")
    assert refusal(answer) == (415, "UNSUPPORTED_MEDIA_TYPE")


def test_head_answers_like_get_without_a_body(api: Caller) -> None:
    answer = api("HEAD")
    assert answer.status_code == 200
    assert answer.content == b""
