"""The log says who came in and how, who did not, and what was refused; and nobody's address."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client, RequestFactory

from crm.models import Advisor, Credential, CredentialKind, Event, Organization, Permission
from crm.observing import logs, metrics, security
from tests.conftest import PASSWORD, ClientOf, MakeLead
from tests.crm import test_logs
from tests.crm.test_logs import Lines
from tests.crm.test_signing_in import next_code, sign_in, switch_second_step_on

pytestmark = pytest.mark.django_db


lines = test_logs.lines


@pytest.fixture(autouse=True)
def nobody_has_tried_yet() -> None:
    cache.clear()


@pytest.fixture
def told(lines: Lines) -> Any:
    def _told() -> list[tuple[str, str]]:
        return [(line["event"], line.get("why") or line.get("factor", "")) for line in secure(lines)]

    return _told


def secure(lines: Lines) -> list[dict[str, Any]]:
    return [line for line in lines() if line["logger"] == "leadwright.security"]


def test_it_works(lines: Lines, told: Any, alice: Advisor, monkeypatch: pytest.MonkeyPatch) -> None:
    counted: list[tuple[str, ...]] = []
    monkeypatch.setattr(metrics, "count", lambda counter, *labels, by=1: counted.append(labels))
    client = Client()
    for login, password in (
        ("nobody@nowhere.example", "wrong"), (alice.user.email, "wrong"), (alice.user.email, PASSWORD)
    ):  # fmt: skip
        client.post("/sign-in", {"login": login, "password": password})
    client.post("/sign-out")
    assert told() == [
        ("log_in.refused", "nobody has the address"),
        ("log_in.refused", "wrong password"),
        ("log_in.succeeded", "password"),
        ("log_in.ended", ""),
    ]
    assert [labels for labels in counted if "log_in" in labels[0]] == told()
    assert "example" not in str(secure(lines))
    marks = [line["whom"] for line in secure(lines)[:2]]
    assert marks == [security.blinded("Nobody@nowhere.example "), security.blinded(alice.user.email)]
    assert marks[0] != marks[1]
    assert Event.objects.get(name="log_in.succeeded").data["factor"] == "password"


def test_a_second_step_is_told(lines: Lines, told: Any, alice: Advisor) -> None:
    client = Client()
    sign_in(client, alice)
    secret = switch_second_step_on(client)
    before, client = len(secure(lines)), Client()
    sign_in(client, alice)
    client.post("/account/second-step/authenticate/", {"code": "000000"})
    client.post("/account/second-step/authenticate/", {"code": next_code(secret)})
    client.post("/account/second-step/trust/", {"action": "skip"})
    assert told()[before:] == [("log_in.refused", "wrong second step"), ("log_in.succeeded", "password + totp")]


def test_somebody_who_is_locked_out_is_told(told: Any, alice: Advisor) -> None:
    for _ in range(6):
        Client().post("/sign-in", {"login": alice.user.email, "password": "wrong"})
    assert told()[-1] == ("log_in.refused", "locked")


def test_what_an_advisor_may_not_do_is_told_and_a_fact_once(told: Any, client_of: ClientOf, bob: Advisor) -> None:
    for _ in range(2):
        assert client_of(bob).get("/settings/audit").status_code == 403
    assert told()[-2:] == [("request.refused", "not permitted")] * 2
    fact = Event.objects.get(name="access.refused")
    assert (fact.organization_id, fact.actor_id) == (bob.organization_id, bob.pk)
    assert (fact.data["route"], fact.data["method"], fact.data["why"]) == ("settings/audit", "GET", "not permitted")


def test_somebody_elses_lead_is_told(
    lines: Lines, told: Any, client_of: ClientOf, charlie: Advisor, make_lead: MakeLead
) -> None:
    assert client_of(charlie).get(f"/leads/{make_lead().uuid}").status_code == 404
    assert told()[-1] == ("request.refused", "not there, or not theirs")
    assert secure(lines)[-1]["level"] == "info"


def test_a_form_of_another_site_is_told(told: Any, alice: Advisor) -> None:
    assert Client(enforce_csrf_checks=True).post("/sign-in", {"login": alice.user.email}).status_code == 403
    assert told() == [("request.refused", "form token")]


@pytest.mark.parametrize(("prefix", "header"), [("lendworks", "Authorization"), ("userleads", "X-API-Key")])
def test_a_key_that_nobody_has_is_told(told: Any, prefix: str, header: str) -> None:
    shown = "Bearer lw_live_wrong" if header == "Authorization" else "wrong"
    assert Client().get(f"/{prefix}/v1/leads", headers={header: shown}).status_code == 401
    assert told() == [("request.refused", "unknown credential")]


def test_a_key_that_may_not_is_told_and_a_fact(lines: Lines, told: Any, organization: Organization) -> None:
    kind, only_reading = CredentialKind.LENDWORKS, Permission.READ
    credential, secret = Credential.issue(kind, organization=organization, permission=only_reading)
    headers = {"Authorization": f"Bearer {secret}"}
    answer = Client().post("/lendworks/v1/leads", {}, content_type="application/json", headers=headers)
    assert answer.status_code == 403
    assert told() == [("request.refused", "not permitted")]
    line = secure(lines)[0]
    assert (line["credential"], line["organization"]) == (credential.prefix, organization.public_id)
    fact = Event.objects.get(name="access.refused")
    assert (fact.actor_id, fact.data["route"]) == (credential.pk, "lendworks/v1/leads")


def test_a_bad_signature_is_told(told: Any) -> None:
    assert Client().post("/twilio/inbound", {"AccountSid": "AC1"}).status_code == 403
    assert Client().post("/inbound-email/none", b"{}", content_type="application/json").status_code == 403
    assert told() == [("request.refused", "signature")] * 2


def test_too_many_are_told(told: Any) -> None:
    security.tell_of_refusal(RequestFactory().get("/x"), HttpResponse(status=429))
    assert told() == [("request.refused", "too many")]


def test_workers_are_no_louder_than_they_are_told_to_be() -> None:
    for level, wanted in (("CRITICAL", logging.CRITICAL), ("INFO", logging.WARNING)):
        configured = logs.configuration(as_json=True, level=level, access=False)["loggers"]["django-q"]["level"]
        assert configured == wanted
