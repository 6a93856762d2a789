"""Keys, methods, limits, and the shape of every refusal."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from typing import Any

import pytest

from api.models import RateWindow
from crm.models import Advisor, Credential, Organization, Permission
from leads.models import Company, Lead
from tests.api.caller import Caller
from tests.api.conftest import KeyOf
from tests.api.userleads.conftest import MakeLeadOf

PATHS = ["/v1/leads", "/v1/leads/1", "/v1/companies", "/v1/companies/1", "/v1/companies/1/x", "/userleads/v1/leads"]


def assert_refused(answer: Any, status: int) -> None:
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/json"
    assert answer.json().keys() == {"error"}
    assert isinstance(answer.json()["error"], str)
    assert answer.json()["error"]
    for header in ("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"):
        assert answer[header].isdecimal()


@pytest.mark.parametrize("prefix", ["", "/userleads"])
@pytest.mark.parametrize("header", ["Authorization", "X_API_Key"])
def test_a_key_may_be_shown_in_either_header(
    bob: Advisor, key_of_user: Callable[..., str], header: str, prefix: str
) -> None:
    key = key_of_user(bob)
    api = Caller(f"{prefix}/v1", **{header: f"Bearer {key}" if header == "Authorization" else key})
    for path in ("/leads", "/companies"):
        assert api.get(path).json() == {"data": [], "next_cursor": None, "has_more": False}


@pytest.mark.parametrize("key", ["ru_v2_unknown", "ru_" + "x" * 4000, "ru_ünïcode", "eyJhbGciOi.eyJzdWIi.c2ln"])
def test_an_unknown_key_is_401(db: None, key: str) -> None:
    for path in PATHS:
        assert_refused(Caller(Authorization=f"Bearer {key}").get(path), 401)
        assert_refused(Caller(X_API_Key=key).get(path), 401)


def test_without_a_key_it_is_401_in_this_envelope_where_nobody_else_is_meant(db: None) -> None:
    for path in ("/v1/leads/1", "/v1/leads?cursor=0", "/v1/leads?status=new", "/v1/companies", "/userleads/v1/x"):
        assert_refused(Caller().get(path), 401)


def test_a_key_of_another_contract_is_401(organization: Organization, key_of: KeyOf) -> None:
    for kind in ("lendworks", "recoverbiz", "convoso"):
        key = key_of(organization, kind)
        for path in ("/userleads/v1/leads", "/v1/companies"):
            assert_refused(Caller(Authorization=f"Bearer {key}").get(path), 401)


def test_a_users_key_never_opens_another_contract(
    organization: Organization, bob: Advisor, key_of_user: Callable[..., str], lead_of_bob: MakeLeadOf
) -> None:
    api, lead = Caller(Authorization=f"Bearer {key_of_user(bob)}"), lead_of_bob()
    for path in ("/lendworks/v1/leads", f"/v1/accounts/{organization.public_id}/leads"):
        assert api.get(path).status_code == 401
    assert_refused(api.get(f"/v1/leads/{lead.uuid}"), 404)
    assert_refused(api.get("/v1/nothing"), 404)


def test_a_revoked_and_an_expired_key_are_401(api: Caller, now: dt.datetime) -> None:
    Credential.objects.update(expires_at=now)
    assert_refused(api.get("/leads"), 401)
    Credential.objects.update(expires_at=None, revoked_at=now)
    assert_refused(api.get("/leads"), 401)


def test_the_key_of_somebody_who_left_is_401(api: Caller, bob: Advisor) -> None:
    Advisor.objects.filter(pk=bob.pk).update(is_active=False)
    for path in ("/leads", "/companies", "/nothing"):
        assert_refused(api.get(path), 401)
    Advisor.objects.filter(pk=bob.pk).update(is_active=True)
    bob.user.is_active = False
    bob.user.save()
    assert_refused(api.get("/leads"), 401)


def test_an_organization_at_rest_is_403(api: Caller, organization: Organization) -> None:
    Organization.objects.filter(pk=organization.pk).update(is_active=False)
    assert_refused(api.get("/leads"), 403)


def test_a_key_for_reading_reads_and_no_more(
    bob: Advisor, key_of_user: Callable[..., str], lead_of_bob: MakeLeadOf, acme: Company
) -> None:
    lead = lead_of_bob()
    api = Caller("/v1", X_API_Key=key_of_user(bob, permission=Permission.READ))
    assert api.get("/leads").status_code == api.get(f"/companies/{acme.pk}").status_code == 200
    assert_refused(api.post("/leads", {"company_id": acme.pk}), 403)
    assert_refused(api.patch(f"/leads/{lead.pk}", {"status": "lost"}), 403)
    assert_refused(api.post("/companies", {"name": "x"}), 403)
    assert (Lead.objects.count(), Company.objects.count()) == (1, 1)


def test_other_methods_are_405(api: Caller, lead_of_bob: MakeLeadOf, acme: Company) -> None:
    lead = lead_of_bob()
    cases = {
        "/leads": ("GET, POST, HEAD", ("PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND")),
        f"/leads/{lead.pk}": ("GET, PATCH, HEAD", ("PUT", "POST", "DELETE", "OPTIONS")),
        "/companies": ("GET, POST, HEAD", ("PUT", "PATCH", "DELETE", "OPTIONS")),
        f"/companies/{acme.pk}": ("GET, HEAD", ("PUT", "POST", "PATCH", "DELETE", "OPTIONS")),
    }
    for path, (allowed, methods) in cases.items():
        for method in methods:
            answer = api(method, path, {"status": "lost"})
            assert_refused(answer, 405)
            assert answer["Allow"] == allowed
    assert Lead.objects.live().count() == 1


@pytest.mark.parametrize("path", ["/nothing", "/leads/", "", "/leads/1/x", "/companies/", "/companies/1/leads"])
def test_an_unknown_address_is_404_and_no_redirect(api: Caller, path: str) -> None:
    for prefix in ("/v1", "/userleads/v1"):
        for method in ("GET", "POST", "DELETE"):
            assert_refused(Caller(prefix, **api.headers)(method, path), 404)


def test_a_thousand_a_minute_and_then_429(api: Caller, acme: Company) -> None:
    assert api.get("/leads")["X-RateLimit-Limit"] == "1000"
    RateWindow.objects.update(requests=1000, opened_at=int(time.time()) // 60 * 60 + 60)  # whatever minute it is
    answer = api.post("/leads", {"company_id": acme.pk})
    assert_refused(answer, 429)
    assert int(answer["Retry-After"]) >= 1
    assert not Lead.objects.exists()


def test_a_crash_is_500_in_the_envelope_and_says_nothing(api: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError("secret of the house")

    monkeypatch.setattr("api.userleads.listing.page", crash)
    api.client.raise_request_exception = False
    answer = api.get("/leads")
    assert_refused(answer, 500)
    assert b"secret" not in answer.content


def test_a_body_above_ten_megabytes_is_413(api: Caller) -> None:
    assert_refused(api.post("/leads", '{"notes": "' + "x" * (10 * 1024 * 1024) + '"}'), 413)


def test_what_is_declared_and_read_as_no_json_is_415(api: Caller) -> None:
    form = "multipart/form-data; boundary=x"
    assert_refused(api.post("/leads", "company_id=1", Content_Type=form), 415)


def test_head_answers_like_get_without_a_body(api: Caller) -> None:
    answer = api("HEAD", "/leads")
    assert (answer.status_code, answer.content) == (200, b"")
