"""The administration's pages against axe-core, in light and dark, wide and on a phone."""

from __future__ import annotations

import pytest
from django.test import Client
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.browser.accessibility import AXE, IN_COLOURS, ON_A_PHONE, STILL, headings, sideways, violations
from tests.browser.pages import ADMIN
from tests.conftest import MakeLead
from tests.staff import staff_client

pytestmark = pytest.mark.django_db(transaction=True)
PHONE, WIDE = {"width": 390, "height": 844}, {"width": 1440, "height": 900}


def wrong_on(page: Page, path: str) -> list[str]:
    page.set_viewport_size(WIDE)
    page.emulate_media(color_scheme="light")
    page.goto(path)
    wrong = [*headings(page), *violations(page)]
    page.emulate_media(color_scheme="dark")
    page.reload()  # it asks for the system's colours once
    expect(page.locator("html")).to_have_class("dark")
    wrong += [f"dark, {each}" for each in violations(page, *IN_COLOURS)]
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(PHONE)
    page.reload()
    expect(page.locator("html")).not_to_have_class("dark")
    return [*wrong, *(f"on a phone, {each}" for each in (*sideways(page), *violations(page, *ON_A_PHONE)))]


def test_no_page_of_it_is_closed_to_anybody(chromium: Browser, live_server: LiveServer, make_lead: MakeLead) -> None:
    lead = make_lead(tags=["SBA"])
    client: Client = staff_client("root@leadwright.example", is_superuser=True)
    context = chromium.new_context(base_url=live_server.url, reduced_motion="reduce")
    context.set_default_timeout(20_000)
    context.add_init_script(path=AXE)
    context.add_init_script(STILL)
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}])
    page = context.new_page()
    paths = [path.replace("$lead_number", str(lead.pk)) for path in ADMIN]
    assert {path: wrong for path in paths if (wrong := wrong_on(page, path))} == {}
    context.close()
