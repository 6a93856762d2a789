"""/v1/leads has two owners: the key says which of them is meant."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from api.doors import Crossing, Door
from crm.models import CredentialKind, Organization
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


def test_the_kind_of_the_key_decides(organization: Organization, key_of: KeyOf) -> None:
    lendworks = Caller(Authorization=f"Bearer {key_of(organization, LENDWORKS)}")
    recoverbiz = Caller(X_Partner_Key=key_of(organization))
    assert lendworks.get("/v1/leads").status_code == 200
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


def test_no_hint_overrules_a_valid_key(organization: Organization, key_of: KeyOf) -> None:
    key = key_of(organization, LENDWORKS)
    assert chosen("7", "cursor=1", HTTP_AUTHORIZATION=f"Bearer {key}") == "lendworks"


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
