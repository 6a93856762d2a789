"""Signing in, in a real browser: a code from an authenticator app, and a passkey that the browser itself keeps."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from allauth.usersessions.models import UserSession
from django.core.cache import cache
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from crm.models import Advisor
from tests.conftest import PASSWORD
from tests.crm.test_signing_in import code_now, next_code


@pytest.fixture
def page(transactional_db: None, chromium: Browser, live_server: LiveServer) -> Iterator[Page]:
    """By name, for a passkey belongs to a name and not to a number."""
    cache.clear()
    wrong: list[str] = []
    context = chromium.new_context(base_url=live_server.url.replace("127.0.0.1", "localhost"))
    context.set_default_timeout(10_000)
    page = context.new_page()
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda line: wrong.append(line.text) if line.type == "error" else None)
    yield page
    context.close()
    assert wrong == []


def sign_in(page: Page, advisor: Advisor) -> None:
    page.goto("/sign-in")
    page.get_by_label("Email").fill(advisor.user.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def prove_it_is_me(page: Page) -> None:
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()


def sign_out(page: Page) -> None:
    page.goto("/sign-out")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/sign-in")


def test_a_code_from_an_app_is_asked_for(page: Page, alice: Advisor) -> None:
    sign_in(page, alice)
    page.wait_for_url("**/board")
    page.goto("/account/second-step/")
    page.get_by_role("link", name="Activate").click()
    prove_it_is_me(page)
    expect(page.locator("img.qr")).to_be_visible()
    secret = page.get_by_label("Authenticator secret").input_value()
    page.get_by_label("Authenticator code").fill(code_now(secret))
    page.get_by_role("button", name="Activate").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    sign_out(page)
    sign_in(page, alice)
    page.get_by_label("Code").fill(next_code(secret))
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("button", name="Don't trust").click()
    page.wait_for_url("**/board")


@pytest.mark.parametrize(("path", "minutes"), [("/board", 0), ("/reports", 6)])
def test_a_page_that_is_open_leaves_when_the_session_is_over(
    page: Page, alice: Advisor, path: str, minutes: int
) -> None:
    """The board asks every few seconds, others every five minutes."""
    page.clock.install()
    sign_in(page, alice)
    page.wait_for_url("**/board")
    page.goto(path)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    UserSession.objects.get().end()
    page.clock.run_for(minutes * 60_000 + 5000)
    page.wait_for_url(f"**/sign-in?next={path}")


def test_a_passkey_takes_the_place_of_a_password(page: Page, alice: Advisor) -> None:
    device = page.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    about = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    device.send(
        "WebAuthn.addVirtualAuthenticator",
        {"options": {**about, "isUserVerified": True, "automaticPresenceSimulation": True}},
    )
    sign_in(page, alice)
    page.wait_for_url("**/board")
    page.goto("/account/second-step/webauthn/add/")
    prove_it_is_me(page)
    page.get_by_label("Passwordless").check()
    page.get_by_role("button", name="Add").click()
    page.wait_for_url("**/recovery-codes/*")
    sign_out(page)
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url("**/board")
