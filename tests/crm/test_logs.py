"""Logs: one line of JSON for everything, who asked for what, and nobody's address."""

from __future__ import annotations

import io
import logging
import logging.config
from collections.abc import Callable, Iterator
from typing import Any

import orjson
import pytest
from django.test import Client

from crm.models import Advisor, Credential, CredentialKind, Organization
from crm.observing import logs
from crm.observing.redacting import redacted
from tests.conftest import ClientOf

type Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def lines(settings: Any) -> Iterator[Lines]:
    """What is logged as JSON, as it would stand on stderr."""
    stream = io.StringIO()
    config = logs.configuration(as_json=True, level="INFO", access=True)
    config["handlers"]["console"]["stream"] = stream
    logging.config.dictConfig(config)
    yield lambda: [orjson.loads(line) for line in stream.getvalue().splitlines()]
    logging.config.dictConfig(settings.LOGGING)


def test_it_works(lines: Lines, client_of: ClientOf, alice: Advisor, settings: Any) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    by_proxy = {"X-Request-ID": "abc-12345", "X-Forwarded-For": "198.51.100.1"}
    answer = client_of(alice).get("/board?q=jane@doe.example", headers=by_proxy)
    line = next(line for line in lines() if line["event"] == "request")
    assert answer.headers["X-Request-ID"] == line["request_id"] == "abc-12345"
    assert line["organization"] == alice.organization.public_id
    assert (line["advisor"], line["route"], line["method"]) == (str(alice.uuid), "board", "GET")
    assert (line["status"], line["level"]) == (200, "info")
    assert line["milliseconds"] > 0
    assert "jane" not in str(line)


def test_what_somebody_sends_makes_no_line_of_its_own(lines: Lines) -> None:
    logging.getLogger("anything").error("said %s", 'x\r\n{"event": "request", "level": "info"}')
    [line] = lines()
    assert (line["level"], line["event"][:6]) == ("error", "said x")
    assert line["timestamp"].endswith("Z")


def test_a_key_is_known_by_its_first_characters(lines: Lines, organization: Organization) -> None:
    credential, secret = Credential.issue(CredentialKind.LENDWORKS, organization=organization)
    answer = Client().get("/lendworks/v1/leads", headers={"Authorization": f"Bearer {secret}"})
    assert answer.status_code == 200
    line = next(line for line in lines() if line["event"] == "request")
    assert (line["credential"], line["organization"]) == (credential.prefix, organization.public_id)
    assert secret not in str(lines())


@pytest.mark.django_db
@pytest.mark.parametrize("given", ["short", "x" * 65, "with space", "line\nbreak", 'quote"'])
def test_a_strange_request_id_is_replaced(given: str, settings: Any) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    by_proxy = {"X-Request-ID": given, "X-Forwarded-For": "198.51.100.1"}
    shown = Client().get("/healthz", headers=by_proxy).headers["X-Request-ID"]
    assert shown != given
    assert len(shown) == 32


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("proxies", "forwarded", "is_taken"),
    [(0, "198.51.100.1", False), (1, None, False), (1, "198.51.100.1", True), (2, "198.51.100.1", False),
     (2, "198.51.100.1, 203.0.113.8", True)],
)  # fmt: skip
def test_a_request_id_comes_from_our_own_proxies_alone(
    settings: Any, proxies: int, forwarded: str | None, is_taken: bool
) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    headers = {"X-Request-ID": "abc-12345"} | ({"X-Forwarded-For": forwarded} if forwarded else {})
    assert (Client().get("/healthz", headers=headers).headers["X-Request-ID"] == "abc-12345") is is_taken


@pytest.mark.django_db
def test_what_one_request_said_of_itself_does_not_stick_to_the_next(
    lines: Lines, client_of: ClientOf, alice: Advisor
) -> None:
    client_of(alice).get("/board")
    Client().get("/healthz")
    assert "organization" not in lines()[-1]


def test_a_crash_is_logged_without_personal_data(lines: Lines) -> None:
    try:
        raise ValueError("jane@doe.example and +14155550100 are on file")
    except ValueError:
        logging.getLogger("anything").exception("Could not write to %s", "(415) 555-0100")
    [line] = lines()
    assert line["event"] == "Could not write to [phone]"
    assert "ValueError: [e-mail] and [phone] are on file" in line["exception"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("mail jane.doe+x@mail.example.com now", "mail [e-mail] now"),
        ("call 415-555-0100 or 4155550100", "call [phone] or [phone]"),
        (
            "GET /convoso/v1/leads/search?auth_token=secret&phone=1 failed",
            "GET /convoso/v1/leads/search?[query] failed",
        ),
        ("Not Found: /recordings/0198f7a2.1vMxyz:s-t_u", "Not Found: /recordings/[link]"),
        ("Gone: /convoso/recordings/0198f7a2.1vMxyz:s-t_u", "Gone: /convoso/recordings/[link]"),
        ("Gone: /upload/Zm9vYmFy", "Gone: /upload/[link]"),
        ("Forbidden: /account/password/reset/key/1-abc/", "Forbidden: /account/password/reset/key/[link]/"),
        ("POST /settings/team/invitations/5/again", "POST /settings/team/invitations/5/again"),
        ("at 2026-11-21 17:16:43.123456", "at 2026-11-21 17:16:43.123456"),
        ("lead 0198f7a2-1234-7abc-8def-0123456789ab", "lead 0198f7a2-1234-7abc-8def-0123456789ab"),
        ("id 1234567, port 8000, 127.0.0.1:41322", "id 1234567, port 8000, 127.0.0.1:41322"),
    ],
)
def test_addresses_and_numbers_are_hidden_and_nothing_else(text: str, shown: str) -> None:
    assert redacted(text) == shown
