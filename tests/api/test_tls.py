"""Over plain http a program is told so, in its contract's words: nothing leads it to https, and nothing is done."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver
from pytest_django import Settings

from api import urls
from api.tls import IN_CLEAR
from crm.models import Credential, Organization
from leads.models import Lead

#: Addresses that people open in a browser: those are led to https.
PAGES = {"docs", "docs-contract", "openapi", "docs-key", "lead-contracts", "recording"}

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def tls(settings: Settings) -> None:
    settings.HTTPS_ONLY = settings.SECURE_SSL_REDIRECT = True


@pytest.mark.parametrize("prefix", ["", "/lendworks"])
@pytest.mark.parametrize("path", ["/v1/leads", "/v1/status", "/v1/webhooks/catalog", "/v1", "/v1/leads/no-such-id"])
def test_what_comes_over_http_is_refused_in_the_contracts_words(prefix: str, path: str) -> None:
    answer = Client().get(prefix + path)
    assert answer.status_code == 403
    assert answer["LW-API-Version"]
    assert answer.json()["errors"] == [{"code": "FORBIDDEN", "message": IN_CLEAR}]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/accounts", {"error": {"code": "forbidden", "message": IN_CLEAR, "status": 403}}),
        ("/v1/companies", {"error": IN_CLEAR}),
        ("/auth/login", {"error": IN_CLEAR}),
        ("/v1/leads/insert", {"success": False, "code": 403, "error": IN_CLEAR, "text": IN_CLEAR}),
        ("/convoso/v1/nothing", {"success": False, "code": 403, "error": IN_CLEAR, "text": IN_CLEAR}),
        ("/inbound-email/anybody", {"error": IN_CLEAR}),
    ],
)
def test_so_do_the_others(path: str, body: object) -> None:
    answer = Client().post(path, "{}", content_type="application/json")
    assert (answer.status_code, answer.json()) == (403, body)


def test_so_does_what_twilio_calls() -> None:
    answer = Client().post("/twilio/inbound", {"MessageSid": f"SM{'0' * 32}"})
    assert (answer.status_code, answer.content.decode()) == (403, IN_CLEAR)


def test_nothing_is_done_and_the_key_is_not_used(organization: Organization) -> None:
    key, secret = Credential.issue("lendworks", organization=organization)
    client = Client(headers={"authorization": f"Bearer {secret}"})
    assert client.post("/v1/leads", "{}", content_type="application/json").status_code == 403
    key.refresh_from_db()
    assert key.last_used_at is None
    assert not Lead.objects.exists()
    assert client.post("/v1/leads", "{}", content_type="application/json", secure=True).status_code == 201


def test_pages_are_led_to_https() -> None:
    for page in ("/sign-in", "/api/docs/lendworks"):
        answer = Client().get(page)
        assert (answer.status_code, answer["Location"]) == (301, f"https://testserver{page}")


def addresses(patterns: list[URLPattern | URLResolver], before: str = "") -> Iterator[tuple[str, str]]:
    """Each route below api.urls, with its name."""
    for pattern in patterns:
        route = before + str(pattern.pattern).removeprefix("^")
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern.url_patterns, route)
        else:
            yield re.sub(r"\(\?:.*", "", re.sub(r"<[^>]+>", "x", route)), pattern.name or ""


def test_no_address_for_programs_leads_to_https() -> None:
    found = list(addresses(urls.urlpatterns))
    assert {name for _, name in found} >= PAGES
    programs = [route for route, name in found if name not in PAGES]
    assert len(programs) > 50
    for route in programs:
        assert Client().get(f"/{route}").status_code in {403, 404, 405}, route
