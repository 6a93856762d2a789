"""/v1/leads has two owners: the key says which of them is meant."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from api.doors import Crossing, Door
from crm.models import Advisor, Credential, CredentialKind, Organization
from tests.api.caller import Caller
from tests.api.conftest import KeyOf

LEAD = "0199aa3e-7a3c-7e3a-8e0e-7d4b7a1d2c3f"
LENDWORKS, USERLEADS, RECOVERBIZ = CredentialKind.LENDWORKS, CredentialKind.USERLEADS, CredentialKind.RECOVERBIZ


def contract_of(answer: Any) -> str:
    """Whose envelope this is."""
    body = answer.json()
    return {"errors": "lendworks", "data": "lendworks", "error": "recoverbiz"}[next(iter(body))]


@pytest.mark.parametrize("path", ["/v1/leads", f"/v1/leads/{LEAD}", "/v1/nothing", "/v1/leads/", "/v1"])
def test_a_request_without_a_key_is_lendworks(db: None, path: str) -> None:
    answer = Caller().get(path)
    assert answer.status_code == 401
    assert contract_of(answer) == "lendworks"


def test_the_kind_of_the_key_decides(organization: Organization, key_of: KeyOf, alice: Advisor) -> None:
    lendworks = Caller(Authorization=f"Bearer {key_of(organization, LENDWORKS)}")
    recoverbiz = Caller(X_Partner_Key=key_of(organization))
    users_key = key_of(organization, USERLEADS, advisor=alice)
    assert lendworks.get("/v1/leads").json()["meta"]["page"] == 1
    for shown in ({"Authorization": f"Bearer {users_key}"}, {"X_API_Key": users_key}):
        assert Caller(**shown).get("/v1/leads").json() == {"data": [], "next_cursor": None, "has_more": False}
    for caller, contract in ((lendworks, "lendworks"), (recoverbiz, "recoverbiz")):
        answer = caller.get("/v1/nothing")
        assert answer.status_code == 404
        assert contract_of(answer) == contract


def test_a_recoverbiz_key_is_refused_where_lendworks_lives(organization: Organization, key_of: KeyOf) -> None:
    key = key_of(organization)
    for headers in ({"X_Partner_Key": key}, {"Authorization": f"Bearer {key}"}):
        for path in ("/v1/leads", "/lendworks/v1/leads", f"/v1/leads/{LEAD}"):
            answer = Caller(**headers).get(path)
            assert answer.status_code == 401
            assert contract_of(answer) == "lendworks"


def test_a_lendworks_key_is_refused_where_recoverbiz_lives(organization: Organization, key_of: KeyOf) -> None:
    caller = Caller(Authorization=f"Bearer {key_of(organization, LENDWORKS)}")
    for path in (f"/v1/accounts/{organization.public_id}/leads", "/recoverbiz/v1/leads"):
        answer = caller.get(path)
        assert answer.status_code == 401
        assert contract_of(answer) == "recoverbiz"


def test_the_look_of_an_unknown_key_picks_the_envelope(db: None) -> None:
    assert contract_of(Caller(Authorization="Bearer pk_live_x").get("/v1/nothing")) == "recoverbiz"
    assert contract_of(Caller(X_Partner_Key="x").get("/v1/nothing")) == "recoverbiz"
    assert contract_of(Caller(Authorization="Bearer lw_live_x").get("/v1/nothing")) == "lendworks"


def test_the_key_is_looked_up_once(organization: Organization, key_of: KeyOf, django_assert_num_queries: Any) -> None:
    caller = Caller(Authorization=f"Bearer {key_of(organization, LENDWORKS)}")
    caller.get("/v1/nothing")
    with django_assert_num_queries(2):  # the key, and the rate window
        caller.get("/v1/nothing")


def view_of(name: str) -> Any:
    def view(request: HttpRequest, **captured: str) -> HttpResponse:
        return HttpResponse(name)

    return view


ROUTE = "v1/leads/<str:lead_id>"
CROSSING = Crossing(
    ROUTE,
    [
        Door(kind=LENDWORKS, views={ROUTE: view_of("lendworks")}, prefixes=("lw_",), parameters=frozenset({"page"})),
        Door(
            kind=USERLEADS,
            views={ROUTE: view_of("userleads")},
            prefixes=("ru_",),
            headers=frozenset({"HTTP_X_API_KEY"}),
            parameters=frozenset({"cursor"}),
            is_id=str.isdecimal,
        ),
        Door(kind=RECOVERBIZ, views={"elsewhere": view_of("recoverbiz")}),
    ],
)


def chosen(lead_id: str = "x", query: str = "", **meta: str) -> str:
    request = RequestFactory().get(f"/v1/leads/{lead_id}?{query}", **meta)
    return CROSSING(request, lead_id=lead_id).content.decode()


def test_a_door_can_be_added(organization: Organization, key_of: KeyOf, alice: Any) -> None:
    key = key_of(organization, USERLEADS, advisor=alice)
    assert chosen(HTTP_AUTHORIZATION=f"Bearer {key}") == "userleads"
    assert chosen(HTTP_X_API_KEY=key) == "userleads"


@pytest.mark.parametrize("query", ["cursor=1", "company_id=1", "status=new", "min_score=1&created_after=2026-01-01"])
def test_no_hint_overrules_a_valid_key(organization: Organization, key_of: KeyOf, query: str) -> None:
    key = key_of(organization, LENDWORKS)
    assert chosen("7", query, HTTP_AUTHORIZATION=f"Bearer {key}") == "lendworks"
    caller = Caller(Authorization=f"Bearer {key}", X_API_Key="ru_v2_x")
    assert caller.get(f"/v1/leads?{query}").json()["meta"]["page"] == 1
    assert caller.get("/v1/leads/7").json()["errors"][0]["code"] == "NOT_FOUND"
    assert caller.post("/v1/leads", {"company_id": 7}).json()["data"]["type"] == "lead"


def test_no_hint_overrules_a_users_key(organization: Organization, key_of: KeyOf, alice: Advisor) -> None:
    caller = Caller(X_API_Key=key_of(organization, USERLEADS, advisor=alice), Authorization="Bearer lw_live_x")
    assert caller.get("/v1/leads?page=1&search=x").json()["next_cursor"] is None
    assert caller.get(f"/v1/leads/{LEAD}").json() == {"error": "Lead not found"}


def envelope_without_a_key(method: str, path: str, body: Any, headers: dict[str, str]) -> str:
    answer = Caller(**headers)(method, path, body)
    assert answer.status_code == 401
    shapes = {"errors": "lendworks", "error": "userleads"}
    shape = shapes[next(iter(answer.json()))]
    assert (shape == "userleads") == isinstance(answer.json().get("error"), str)
    return shape


@pytest.mark.parametrize(
    ("method", "path", "body", "headers", "contract"),
    [
        *[("GET", f"/v1/leads?{name}=1", None, {}, "lendworks") for name in ("page", "search", "limit", "unknown")],
        *[
            ("GET", f"/v1/leads?{name}=1", None, {}, "userleads")
            for name in (
                "cursor", "company_id", "min_score", "max_score", "created_after", "created_before", "status"
            )
        ],
        ("GET", "/v1/leads/100", None, {}, "userleads"),
        ("PATCH", f"/v1/leads/{LEAD}", {}, {}, "lendworks"),
        ("POST", "/v1/leads", {"company_id": 1}, {}, "userleads"),
        ("POST", "/v1/leads", {"businessName": "x"}, {}, "lendworks"),
        ("POST", "/v1/leads", {"notes": "company_id" + "x" * 5000}, {}, "lendworks"),
        ("GET", "/v1/leads", None, {"X_API_Key": "x"}, "userleads"),
        ("GET", "/v1/leads", None, {"Authorization": "Bearer ru_x"}, "userleads"),
        ("GET", "/v1/leads", None, {"Authorization": "Bearer eyJhbGciOi.eyJzdWIi.c2ln"}, "userleads"),
        ("GET", "/v1/leads", None, {"Authorization": "Bearer lw_live_x"}, "lendworks"),
    ],
)  # fmt: skip
def test_each_documented_hint_decides_at_the_served_addresses(
    db: None, method: str, path: str, body: Any, headers: dict[str, str], contract: str
) -> None:
    assert envelope_without_a_key(method, path, body, headers) == contract


def test_without_a_valid_key_the_host_decides_before_the_hints(db: None, settings: Any) -> None:
    settings.CONTRACT_HOSTS = {"userleads.example": "userleads"}
    assert chosen(query="page=1", HTTP_HOST="UserLeads.example:8000") == "userleads"
    assert chosen(query="page=1", HTTP_HOST="other.example") == "lendworks"


@pytest.mark.parametrize(
    ("lead_id", "query", "meta", "contract"),
    [
        ("x", "", {"HTTP_AUTHORIZATION": "Bearer ru_v2_x"}, "userleads"),
        ("x", "", {"HTTP_X_API_KEY": "x"}, "userleads"),
        ("7", "", {}, "userleads"),
        ("x", "cursor=1", {}, "userleads"),
        ("x", "page=1", {}, "lendworks"),
        ("x", "", {}, "lendworks"),
    ],
)
def test_hints_decide_when_nothing_else_does(
    db: None, lead_id: str, query: str, meta: dict[str, str], contract: str
) -> None:
    assert chosen(lead_id, query, **meta) == contract


def test_a_thousand_parameters_are_refused_in_an_envelope(organization: Organization, key_of: KeyOf) -> None:
    query = "&".join(f"p{number}=1" for number in range(1500))
    assert contract_of(Caller().get(f"/v1/leads?{query}")) == "lendworks"
    keyed = Caller(Authorization=f"Bearer {key_of(organization, LENDWORKS)}")
    answer = keyed.get(f"/v1/leads?{query}")
    assert answer.status_code == 400
    assert contract_of(answer) == "lendworks"


def test_nor_do_they_hide_whose_key_it_is(bob: Advisor) -> None:
    _, secret = Credential.issue(USERLEADS, organization=bob.organization, advisor=bob)
    query = "&".join(f"p{number}=1" for number in range(1500))
    answer = Caller(Authorization=f"Bearer {secret}").get(f"/v1/leads?{query}")
    assert (answer.status_code, answer.json()) == (400, {"error": "Too many parameters"})
