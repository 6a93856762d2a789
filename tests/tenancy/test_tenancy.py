"""
Nobody gets at another organisation's anything, by any address.

Every route of the URLconf has a case in cases.py, or this fails. Each case is tried by its owner, who must be let in
(or a refusal would prove nothing), and by a stranger with a key or log-in of their own and the owner's ids.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from django.apps import apps
from django.db import transaction
from django.http import HttpResponseBase
from django.test import Client
from standardwebhooks import Webhook
from twilio.request_validator import RequestValidator

from leads.models import Lead
from tests.conftest import sign_in
from tests.staff import staff_client
from tests.tenancy.asking import Ids, filled, is_envelope, names_in
from tests.tenancy.cases import CASES, CONTRACTS, OPEN, PAGE, SIGNED, Call, Case
from tests.tenancy.routes import ADMIN, all_routes
from tests.tenancy.world import Side, build

pytestmark = pytest.mark.django_db
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
FORM = "application/x-www-form-urlencoded"


@pytest.fixture(scope="module")
def sides(kept_for_the_module: None) -> tuple[Side, Side]:
    """The owner, whose things are asked for, and the stranger. Made once; each request is undone."""
    return build("canary", 101), build("magpie", 202)


@pytest.fixture
def owner(sides: tuple[Side, Side]) -> Side:
    return sides[0]


@pytest.fixture
def stranger(sides: tuple[Side, Side]) -> Side:
    return sides[1]


# Requests


def asked(case: Case, address: str, call: Call, whose: Ids, by: Side | None) -> HttpResponseBase:
    """The answer to the call, made as somebody of this side (None: nobody); whatever it did is undone."""
    path, body = filled(address + call.query, whose), filled(call.body, whose)
    with transaction.atomic():
        answer = _sent(case, call.method, path, body, by)
        transaction.set_rollback(True)
    return answer


def _sent(case: Case, method: str, path: str, body: dict[str, Any] | None, by: Side | None) -> HttpResponseBase:
    client, headers = Client(raise_request_exception=False), {}
    match case.door:
        case "page" if by:
            sign_in(client, by.admin.user)
            headers["HX-Request"] = "true"  # as the pages ask for their parts
        case "lendworks" | "userleads" if by:
            headers["Authorization"] = f"Bearer {by.keys[case.door]}"
        case "recoverbiz" if by:
            headers["X-Partner-Key"] = by.keys[case.door]
        case "convoso" if by:
            token = {"auth_token": by.keys[case.door]}
            path, body = (path, token | body) if method == "POST" and body else (f"{path}?{urlencode(token)}", body)
        case "twilio":
            signature = RequestValidator(by.twilio_token if by else "").compute_signature(
                f"http://testserver{path}", body
            )
            headers["X-Twilio-Signature"] = signature
        case "mail":
            headers |= _mail_signature(by.mail_secret if by else "whsec_" + "x" * 32, json.dumps(body))
    if case.door in ("page", "open", "twilio", "convoso"):
        data, kind = urlencode(body or {}, doseq=True), FORM
    else:
        data, kind = json.dumps(body, default=str) if body is not None else "", "application/json"
    if method == "GET" and body:
        path, data = f"{path}{'&' if '?' in path else '?'}{data}", ""
    return client.generic(method, path, data, content_type=kind, headers=headers)


def _mail_signature(secret: str, body: str) -> dict[str, str]:
    now = dt.datetime.now(dt.UTC)
    return {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(secret).sign("msg_1", now, body),
    }


# What was answered


def everything_in(answer: HttpResponseBase) -> str:
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
    return f"{content.decode(errors='replace')}\n{answer.headers}"


def is_let_in(case: Case, answer: HttpResponseBase) -> bool:
    if case.door == "convoso":
        return answer.status_code == 200 and json.loads(answer.content)["success"] is True
    return answer.status_code < 400


def is_refused(case: Case, answer: HttpResponseBase, *, by_address: bool) -> bool:
    """In the words of that door alone. An id of others in an address is as unknown as one that nobody has."""
    if case.door in SIGNED:
        return answer.status_code == 403
    if case.door in CONTRACTS and not is_envelope(case.door, json.loads(answer.content)):
        return False
    if case.door == "convoso":
        return answer.status_code in (200, 404, 405)
    return answer.status_code in (404, 405) if by_address else 400 <= answer.status_code < 500


def strangers_ids(names: list[str], owner: Side, stranger: Side) -> Iterator[Ids]:
    """The owner's ids throughout, and the owner's for each name alone among the stranger's own."""
    if names:
        yield dict.fromkeys(names, owner)
    if len(names) > 1:
        for name in names:
            yield dict.fromkeys(names, stranger) | {name: owner}


PLACES = [
    pytest.param(case, address, id=f"{case.door} {route}") for case in CASES for route, address in case.routes.items()
]
ROUTES = dict(all_routes())


def test_every_route_has_a_case_and_every_case_a_route() -> None:
    known = {route for case in CASES for route in case.routes}
    routes = {route for route in ROUTES if not route.startswith(ADMIN)}
    assert routes - known == set(), "no case in tests/tenancy/cases.py"
    assert known - routes == set(), "cases for routes that are gone"


@pytest.mark.parametrize(("case", "address"), PLACES)
def test_the_owner_is_let_in(owner: Side, case: Case, address: str) -> None:
    for call in case.calls:
        whose = dict.fromkeys(names_in(address, call.query, call.body), owner)
        answer = asked(case, address, call, whose, owner)
        if case.door != OPEN:
            assert is_let_in(case, answer), (call, answer, everything_in(answer)[:2000])
        if call.method == "GET" and answer.status_code == 200 and case.door != OPEN and not call.says_nothing:
            assert owner.mark in everything_in(answer), (call, answer, everything_in(answer)[:2000])


@pytest.mark.parametrize(("case", "address"), PLACES)
def test_a_stranger_is_refused(owner: Side, stranger: Side, case: Case, address: str) -> None:
    named = {call.method for call in case.calls}
    others = [Call(method) for method in METHODS if method not in named and case.door not in SIGNED]
    before = owner.fingerprint()
    for call in (*case.calls, *others):
        names = names_in(address, call.query, call.body)
        for whose in strangers_ids(names, owner, stranger) if names else [{}]:
            answer = asked(case, address, call, whose, stranger)
            told = (call, {name: side.mark for name, side in whose.items()}, answer, everything_in(answer)[:2000])
            assert owner.mark not in everything_in(answer), told
            if call.finds_nothing or (not names and call in case.calls):
                assert case.door == OPEN or is_let_in(case, answer), told
            elif case.door != OPEN:
                by_address = any(whose[name] is owner for name in names_in(address))
                assert is_refused(case, answer, by_address=by_address), told
    assert owner.fingerprint() == before


@pytest.mark.parametrize(("case", "address"), [place for place in PLACES if place.values[0].door == PAGE])
def test_nobody_sees_a_page_without_signing_in(owner: Side, case: Case, address: str) -> None:
    for method in METHODS:
        call = next((call for call in case.calls if call.method == method), Call(method))
        whose = dict.fromkeys(names_in(address, call.query, call.body), owner)
        answer = asked(case, address, call, whose, None)
        assert answer.status_code in (302, 405), (call, answer)
        assert answer.status_code == 405 or answer.headers["Location"].startswith("/sign-in"), answer.headers
        assert owner.mark not in everything_in(answer)


@pytest.mark.parametrize("case", [case for case in CASES if case.door in CONTRACTS and case.calls], ids=str)
def test_a_key_of_another_contract_opens_nothing(owner: Side, case: Case) -> None:
    """The owner's own keys, even, and none at all."""
    for call, kind in itertools.product(case.calls, [*CONTRACTS, ""]):
        if kind == case.door:
            continue
        whose = dict.fromkeys(names_in(case.address, call.query, call.body), owner)
        with_other_key = dataclasses.replace(owner, keys={case.door: owner.keys.get(kind, "")})
        answer = asked(case, f"/{case.door}{case.address}", call, whose, with_other_key)
        told = (call, kind, answer, everything_in(answer)[:2000])
        assert answer.status_code == 401, told
        assert is_envelope(case.door, json.loads(answer.content)), told
        assert owner.mark not in everything_in(answer), told


# The administration is for staff, who see every organisation; nobody else sees any of it.

OPEN_IN_ADMIN = {"admin/login/", "admin/logout/", "admin/jsi18n/"}
ADMIN_ROUTES = sorted(route for route in ROUTES if route.startswith(ADMIN))


def admin_address(route: str, owner: Side) -> str:
    """With the ids of rows of the owner's, where there are any."""
    label, _, name = route.removeprefix(ADMIN).partition("/")
    name = name.partition("/")[0]
    pk: object = 1
    if label in {app.label for app in apps.get_app_configs()} and name in apps.all_models[label]:
        model = apps.get_model(label, name)
        owned = any(field.name == "organization" for field in model._meta.fields)
        rows = model._base_manager.filter(organization=owner.organization) if owned else model._base_manager.all()
        pk = rows.values_list("pk", flat=True).first() or 1
    route = route.replace(r"^(?P<app_label>auth|django_q|crm|leads|sequences|api)/$", "crm/").replace(
        "(?P<url>.*)$", "x"
    )
    return "/" + re.sub(r"<[^>]+>", str(pk), route)


def test_the_administration_is_for_staff_alone(owner: Side, stranger: Side) -> None:
    before = owner.fingerprint()
    for side in (owner, stranger, None):
        client = Client()
        if side:
            sign_in(client, side.admin.user)
        for route, method in itertools.product(ADMIN_ROUTES, ("GET", "POST")):
            address = admin_address(route, owner)
            answer = client.generic(method, address)
            assert side is owner or owner.mark not in everything_in(answer), address
            if route not in OPEN_IN_ADMIN:
                assert answer.status_code in (302, 404), (address, answer)
                assert "/login/" in answer.headers.get("Location", "/login/"), (address, answer.headers)
    assert owner.fingerprint() == before


def test_staff_see_what_nobody_else_does(owner: Side) -> None:
    """Or the test above would prove nothing."""
    client = staff_client("root@leadwright.example", is_superuser=True)
    lead = Lead.objects.get(uuid=owner.ids["lead"])
    assert owner.mark in everything_in(client.get(f"/admin/leads/lead/{lead.pk}/change/"))
