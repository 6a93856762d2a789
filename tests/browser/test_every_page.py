"""Every page of the site, looked at in light and dark, wide and on a phone: see pages.py for which there are."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from django.test import Client
from playwright.sync_api import Browser, Page, Response, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from crm.models import Advisor, Organization
from leads.models import Lead
from tests.browser.accessibility import (
    AXE,
    IN_COLOURS,
    ON_A_PHONE,
    STILL,
    headings,
    sideways,
    unseen_focus,
    violations,
    violations_of_what_opens,
)
from tests.browser.pages import PARTS, addressed, asked_for, pages_among, theirs
from tests.browser.weight import weight
from tests.conftest import MakeLead, sign_in
from tests.tenancy.world import Side, build

WIDE, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
#: Of a page with hardly any data of its users', over the wire.
MOST_KILOBYTES = 200


class Watched:
    """A browser's page, and what was wrong on it."""

    def __init__(self, chromium: Browser, base: str, advisor: Advisor | None) -> None:
        # What comes through a service worker doesn't say what it weighed on the wire.
        self.context = chromium.new_context(
            base_url=base, viewport=WIDE, reduced_motion="reduce", service_workers="block"
        )
        self.context.set_default_timeout(15_000)
        self.context.add_init_script(path=AXE)
        self.context.add_init_script(STILL)
        self.base, self.wrong = base, dict[str, list[str]]()
        self.told: list[str] = []
        if advisor:
            client = Client()
            sign_in(client, advisor.user)
            self.context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": base}])
        self.page = self.context.new_page()
        self.page.on("pageerror", lambda error: self.told.append(str(error)))
        self.page.on("console", lambda line: self.told.append(line.text) if line.type == "error" else None)
        self.page.on("request", lambda request: self._is_ours(request.url))
        self.page.on("response", self._is_there)

    def _is_ours(self, url: str) -> None:
        if not url.startswith((self.base, "data:", "blob:")):
            self.told.append(f"asked another host: {url}")

    def _is_there(self, answer: Response) -> None:
        if answer.status >= 500:
            self.told.append(f"{answer.status} {answer.url}")

    def look_at(self, path: str) -> None:
        page, self.told = self.page, []
        page.set_viewport_size(WIDE)
        page.emulate_media(color_scheme="light")
        answer = page.goto(path)
        if answer and answer.status >= 400:  # the browser says so itself
            self.told = [line for line in self.told if str(answer.status) not in line]
        expect(page.locator(".htmx-request")).to_have_count(0)
        wrong = [*headings(page), *too_heavy(page), *violations(page), *violations_of_what_opens(page)]
        page.emulate_media(color_scheme="dark")
        wrong += [f"dark, {each}" for each in violations(page, *IN_COLOURS)]
        wrong += [f"dark, {each}" for each in violations_of_what_opens(page, *IN_COLOURS)]
        page.set_viewport_size(PHONE)
        wrong += [f"dark on a phone, {each}" for each in violations(page, *IN_COLOURS)]
        page.emulate_media(color_scheme="light")
        wrong += [f"on a phone, {each}" for each in (*sideways(page), *violations(page, *ON_A_PHONE))]
        wrong += unseen_focus(page)
        if wrong or self.told:
            self.wrong[path] = wrong + self.told


def too_heavy(page: Page) -> list[str]:
    kilobytes = weight(page).on_the_wire // 1000
    return [f"weighs {kilobytes} kB"] if kilobytes >= MOST_KILOBYTES else []


@pytest.fixture
def side(transactional_db: None, settings: Settings, tmp_path: Path) -> Side:
    """One organisation with one of everything."""
    settings.MEDIA_ROOT = tmp_path
    return build("canary", 101)


def looked_at(chromium: Browser, base: str, advisor: Advisor | None, paths: list[str]) -> dict[str, list[str]]:
    watched = Watched(chromium, base, advisor)
    for path in paths:
        watched.look_at(path)
    watched.context.close()
    return watched.wrong


@pytest.mark.parametrize("part", PARTS)
def test_every_page_of_a_manager(chromium: Browser, live_server: LiveServer, side: Side, part: str) -> None:
    client = Client()
    sign_in(client, side.admin.user)
    paths = list(pages_among(addressed(asked_for(part), side.ids), client))
    assert len(paths) > 5
    assert looked_at(chromium, live_server.url, side.admin, paths) == {}


def test_every_page_of_somebody_who_has_not_signed_in(
    chromium: Browser, live_server: LiveServer, side: Side, now: dt.datetime
) -> None:
    """Ways in, and what borrowers see."""
    lead = Lead.objects.get(uuid=side.ids["lead"])
    everything = addressed((each for part in PARTS for each in asked_for(part)), side.ids)
    paths = [*pages_among(everything, Client()), *theirs(lead, side.admin, side.ids["unsubscribe_token"], now)]
    assert looked_at(chromium, live_server.url, None, paths) == {}


def test_every_page_of_a_simulator(
    chromium: Browser, live_server: LiveServer, organization: Organization, alice: Advisor, make_lead: MakeLead
) -> None:
    lead = make_lead(advisor=alice, name="Mary Lane")
    paths = ["/simulator", f"/simulator/{lead.uuid}"]
    assert looked_at(chromium, live_server.url, alice, paths) == {}
