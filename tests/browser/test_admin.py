"""The administration in Chromium: its library is bent to our policy, so a newer one that breaks it must show here."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.conftest import MakeLead
from tests.staff import staff_client

pytestmark = pytest.mark.django_db(transaction=True)
PAGES = ("/admin/", "/admin/leads/lead/", "/admin/leads/lead/add/", "/admin/crm/credential/add/", "/admin/crm/event/")


@pytest.fixture
def complaints() -> list[str]:
    return []


@pytest.fixture
def context(chromium: Browser, live_server: LiveServer, complaints: list[str]) -> BrowserContext:
    client: Client = staff_client("root@leadwright.example", is_superuser=True)
    context = chromium.new_context(base_url=live_server.url, viewport={"width": 1440, "height": 900})
    context.set_default_timeout(20_000)
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}])
    context.on("weberror", lambda error: complaints.append(str(error.error)))
    context.on("console", lambda line: complaints.append(line.text) if line.type in ("error", "warning") else None)
    context.on("request", lambda asked: complaints.append(asked.url) if not _ours(asked.url, live_server.url) else None)
    return context


def _ours(url: str, base: str) -> bool:
    return url.startswith((base, "data:"))


def wide(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))


def test_no_page_breaks_the_policy(context: BrowserContext, complaints: list[str], make_lead: MakeLead) -> None:
    lead = make_lead()
    page = context.new_page()
    for url in (*PAGES, f"/admin/leads/lead/{lead.pk}/change/"):
        answer = page.goto(url)
        assert answer is not None
        assert answer.status == 200
        assert "unsafe" not in answer.headers["content-security-policy"]
        expect(page.get_by_role("link", name="Leads", exact=True).first).to_be_visible()
    page.goto("/admin/leads/lead/")
    page.get_by_role("checkbox", name="Select record").first.check()
    expect(page.get_by_role("combobox", name="Action", exact=True)).to_be_visible()
    assert complaints == []


def test_the_menu_and_the_colours_work_by_keyboard(context: BrowserContext, complaints: list[str]) -> None:
    page = context.new_page()
    page.goto("/admin/")
    page.get_by_role("button", name="Dark").press("Enter")
    expect(page.locator("html")).to_have_class(re.compile("dark"))
    page.reload()
    expect(page.locator("html")).to_have_class(re.compile("dark"))
    menu = page.get_by_role("button", name="Menu", exact=True)
    menu.press("Enter")
    expect(page.locator("#nav-sidebar")).to_be_hidden()
    menu.press("Enter")
    expect(page.locator("#nav-sidebar")).to_be_visible()
    assert complaints == []


def test_a_phone_is_wide_enough(context: BrowserContext, complaints: list[str], make_lead: MakeLead) -> None:
    lead = make_lead()
    page = context.new_page()
    page.set_viewport_size({"width": 390, "height": 844})
    for url in (*PAGES, f"/admin/leads/lead/{lead.pk}/change/"):
        page.goto(url)
        expect(page.get_by_role("button", name="Menu", exact=True)).to_be_visible()
        assert wide(page) <= 0, url
    page.get_by_role("button", name="Menu", exact=True).click()
    expect(page.get_by_role("link", name="Organizations")).to_be_visible()
    assert complaints == []
