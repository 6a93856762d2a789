"""The queue in a real browser: chosen, taken, done and taken back by keyboard; two people never work on one lead."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from crm.models import Advisor, Organization
from leads import messaging
from leads.models import Lead
from tests.browser.conftest import Visit
from tests.conftest import MakeLead


@pytest.fixture(autouse=True)
def work(transactional_db: None, organization: Organization, alice: Advisor, make_lead: MakeLead) -> None:
    now = timezone.now()
    for number, name in enumerate(("Cedar Dental", "Birch Bakery", "Aspen Freight")):
        lead = make_lead(business_name=name, phone=f"+1212555010{number}")
        Lead.objects.filter(pk=lead.pk).update(last_contacted_at=now)
        at = now - dt.timedelta(minutes=20 - number)
        messaging.receive(organization, address=lead.phone_e164 or "", body=f"{name} here, any news?", now=at)


@pytest.fixture
def page(visit: Visit, alice: Advisor) -> Page:
    return visit(alice, "/queue")


def rows(page: Page) -> Locator:
    return page.locator(".queue:not(.queue--later) .q__who b")


def panel(page: Page) -> Locator:
    return page.locator("#queue-panel")


def test_a_day_goes_by_keyboard(page: Page) -> None:
    expect(rows(page)).to_have_text(["Aspen Freight", "Birch Bakery", "Cedar Dental"])
    expect(panel(page)).to_contain_text("Aspen Freight")
    page.keyboard.press("ArrowDown")
    expect(panel(page)).to_contain_text("Birch Bakery")
    expect(panel(page)).to_contain_text("Birch Bakery here, any news?")
    page.keyboard.press("Enter")
    expect(panel(page)).to_contain_text("Yours for")
    page.keyboard.press("e")
    expect(rows(page)).to_have_text(["Aspen Freight", "Cedar Dental"])
    expect(page.locator("#toasts")).to_contain_text("Birch Bakery is done")
    page.keyboard.press("z")
    expect(rows(page)).to_have_text(["Aspen Freight", "Birch Bakery", "Cedar Dental"])


def test_what_is_put_off_is_listed_below(page: Page) -> None:
    page.keyboard.press("s")
    page.get_by_role("menuitem", name="Tomorrow 9:00").click()
    expect(rows(page)).to_have_text(["Birch Bakery", "Cedar Dental"])
    expect(page.locator(".queue--later")).to_contain_text("Aspen Freight")
    expect(page.locator(".queue--later")).to_contain_text("Snoozed until")


def test_a_colleague_sees_whose_it_is(page: Page, visit: Visit, bob: Advisor) -> None:
    theirs = visit(bob, "/queue")
    expect(panel(theirs)).to_contain_text("Aspen Freight")
    page.keyboard.press("Enter")
    expect(panel(page)).to_contain_text("Yours for")
    theirs.keyboard.press("Enter")
    expect(panel(theirs)).to_contain_text("Alice Archer has it")
    theirs.evaluate("htmx.trigger('#queue', 'refresh')")
    expect(theirs.locator(".q--taken")).to_contain_text("Aspen Freight")


def test_a_reply_shows_up_by_itself(page: Page, organization: Organization, make_lead: MakeLead) -> None:
    page.keyboard.press("ArrowDown")
    lead = make_lead(business_name="Fir Foundry", phone="+12125550199")
    messaging.receive(organization, address=lead.phone_e164 or "", body="Hello?", now=timezone.now())
    expect(rows(page)).to_contain_text(["Fir Foundry"], timeout=15_000)
    expect(panel(page)).to_contain_text("Birch Bakery")


def test_on_a_phone_a_row_leads_to_the_lead(visit: Visit, alice: Advisor) -> None:
    page = visit(alice, "/queue", width=390, height=844, touch=True)
    expect(panel(page)).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.get_by_role("link", name="Replied").first.tap()
    page.wait_for_url("**/leads/*")
