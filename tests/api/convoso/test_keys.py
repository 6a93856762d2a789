"""Who may call: the token wherever it stands, no other contract's, and not another organisation's rows."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pytest

from api.convoso import auth
from api.throttling import Limit
from crm.models import Credential, CredentialKind, Organization
from leads.models import Lead
from tests.api.caller import Caller
from tests.api.conftest import KeyOf
from tests.api.convoso.conftest import PHONE, Dialler

WRITING = ["leads/insert", "leads/update", "leads/delete", "lists/insert", "lists/update", "lists/delete"]
READING = ["leads/search", "leads/get-recordings", "lists/search", "campaigns/search"]
ALL = [*WRITING, *READING, "campaigns/status"]

MISSING = {"success": False, "code": 401, "error": "Missing authentication token"}
INVALID = {"success": False, "code": 401, "error": "Invalid authentication token"}


def refusal(answer: Any) -> dict[str, Any]:
    body = answer.json()
    assert body["text"]
    return {name: body[name] for name in ("success", "code", "error")}


@pytest.mark.parametrize("path", ALL)
@pytest.mark.parametrize("prefix", ["/v1/", "/convoso/v1/"])
def test_it_refuses_without_a_token_and_with_a_wrong_one(db: None, prefix: str, path: str) -> None:
    for call in (Caller().post, Caller().get):
        for query, words in (("", MISSING), ("?auth_token=", MISSING), ("?auth_token=nonsense", INVALID)):
            answer = call(f"{prefix}{path}{query}")
            assert answer.status_code == 401
            assert refusal(answer) == words


def test_the_token_may_stand_in_the_query_while_the_rest_is_json(api: Dialler) -> None:
    body = {"list_id": api.list_id, "phone_number": int(PHONE)}
    assert Caller().post(f"/v1/leads/insert?auth_token={api.token}", body).json()["success"] is True


def test_the_body_wins_over_the_query(api: Dialler) -> None:
    api.inserted(first_name="Ann")
    answer = api.form("/leads/search?auth_token=wrong&first_name=Bea", first_name="Ann")
    assert len(answer.json()["results"]) == 1


@pytest.mark.parametrize("state", ["revoked_at", "expires_at"])
def test_it_refuses_a_token_that_was_revoked_or_has_expired(api: Dialler, state: str) -> None:
    Credential.objects.update(**{state: dt.datetime(2020, 1, 1, tzinfo=dt.UTC)})
    assert api.form("/leads/search").status_code == 401


def test_it_refuses_an_organization_that_is_asleep(api: Dialler, organization: Organization) -> None:
    Organization.objects.filter(pk=organization.pk).update(is_active=False)
    answer = api.form("/leads/search")
    assert answer.status_code == 403
    assert answer.json()["code"] == 403


@pytest.mark.parametrize("path", [*WRITING, "campaigns/status"])
def test_a_reading_token_may_not_write(organization: Organization, key_of: KeyOf, path: str) -> None:
    reader = Dialler(key_of(organization, CredentialKind.CONVOSO, permission="read"))
    answer = reader.form(f"/{path}")
    assert answer.status_code == 403
    assert refusal(answer)["error"] == "Insufficient permissions for this operation"


@pytest.mark.parametrize("path", READING)
def test_a_reading_token_may_read(organization: Organization, key_of: KeyOf, path: str) -> None:
    reader = Dialler(key_of(organization, CredentialKind.CONVOSO, permission="read"))
    assert reader.form(f"/{path}").status_code == 200


def test_the_usual_token_may_delete(api: Dialler) -> None:
    assert api.ask("/leads/delete", lead_id=api.inserted().pk) == {"success": True}


@pytest.mark.parametrize("method", ["HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_other_methods_do_nothing(api: Dialler, method: str) -> None:
    lead = api.inserted()
    answer = api(method, f"/leads/delete?auth_token={api.token}&lead_id={lead.pk}")
    assert answer.status_code == 405
    assert answer["Allow"] == "GET, POST"
    assert Lead.objects.get(pk=lead.pk).deleted_at is None


@pytest.mark.parametrize("path", ["lists", "lists/nothing", "campaigns/", "nothing", "leads/searches/x"])
def test_other_addresses_are_unknown(api: Dialler, path: str) -> None:
    answer = Caller().get(f"/v1/{path}?auth_token={api.token}")
    assert answer.status_code == 404
    assert refusal(answer) == {"success": False, "code": 404, "error": "Not found"}


@pytest.mark.parametrize("kind", ["lendworks", "recoverbiz", "userleads"])
def test_another_contracts_key_is_refused_here(
    organization: Organization, alice: Any, key_of: KeyOf, kind: str
) -> None:
    about = {"advisor": alice} if kind == "userleads" else {}
    key = key_of(organization, kind, **about)
    answer = Dialler(key).form("/leads/search")
    assert answer.status_code == 401
    assert refusal(answer) == INVALID
    shown = Caller(Authorization=f"Bearer {key}", X_Partner_Key=key, X_API_Key=key).get("/v1/leads/search")
    assert shown.status_code == 401
    assert refusal(shown) == MISSING


@pytest.mark.parametrize("path", ["leads", f"leads/{uuid.UUID(int=7)}", "leads/7", "companies", "accounts/acc_1/leads"])
def test_a_convoso_token_is_refused_elsewhere(api: Dialler, path: str) -> None:
    for headers in ({}, {"Authorization": f"Bearer {api.token}"}, {"X_Partner_Key": api.token}):
        answer = Caller(**headers).get(f"/v1/{path}?auth_token={api.token}")
        assert answer.status_code == 401
        assert "success" not in answer.json()


def test_it_refuses_the_request_after_the_last_of_a_minute(api: Dialler, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(auth, "LIMIT", Limit("convoso", 1))
    assert api.form("/leads/search").status_code == 200
    answer = api.form("/leads/search")
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) > 0
    assert answer.json()["code"] == 429


def test_a_crash_is_500_in_the_envelope_and_says_nothing(api: Dialler, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError("secret of the house")

    monkeypatch.setattr("api.convoso.searching.found", crash)
    api.client.raise_request_exception = False
    answer = api.form("/leads/search")
    assert (answer.status_code, refusal(answer)["success"], answer.json()["code"]) == (500, False, 500)
    assert b"secret" not in answer.content


def test_the_limit_is_a_thousand_a_minute(api: Dialler) -> None:
    assert api.form("/leads/search")["X-RateLimit-Limit"] == "1000"


class TestCharlie:
    """Every id of ours is as unknown to him as one that was never given out."""

    def test_he_finds_nobody(self, api: Dialler, as_charlie: Dialler) -> None:
        lead = api.inserted(first_name="Canary")
        for filters in ({}, {"lead_id": lead.pk}, {"list_id": api.list_id}, {"phone_number": PHONE}):
            assert as_charlie.search(**filters) == []

    def test_he_changes_nobody(self, api: Dialler, as_charlie: Dialler, alice: Any) -> None:
        lead = api.inserted(first_name="Canary")
        assert as_charlie.update(lead, first_name="Mine")["code"] == 6071
        assert as_charlie.ask("/leads/delete", lead_id=lead.pk)["code"] == 6001
        assert as_charlie.insert(list_id=api.list_id)["code"] == 6002
        assert as_charlie.insert(owner_id=alice.user.pk)["code"] == 6006
        assert as_charlie.ask("/leads/get-recordings", lead_id=lead.pk)["entries"] == []
        assert as_charlie.ask("/lists/delete", list_id=api.list_id)["code"] == 6002
        assert Lead.objects.get(pk=lead.pk).first_name == "Canary"

    def test_our_leads_are_no_duplicates_of_his(self, api: Dialler, as_charlie: Dialler) -> None:
        lead = api.inserted()
        own = as_charlie.inserted(check_dup=4, update_if_found=1, lead_id=lead.pk, search_list_id=api.list_id)
        assert own.pk != lead.pk
        assert own.duplicate_of is None
