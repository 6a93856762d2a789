"""The list in a real browser: keyboard, filters, columns, views, many leads at once, a phone."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from crm.models import Advisor
from leads import bulk_jobs
from leads.models import Lead, SavedView
from tests.browser.conftest import Visit
from tests.conftest import MakeLead

NAMES = ("Aspen Freight", "Birch Bakery", "Cedar Dental", "Dogwood Diner")


@pytest.fixture
def leads(transactional_db: None, make_lead: MakeLead, alice: Advisor) -> list[Lead]:
    return [
        make_lead(
            business_name=name,
            requested_amount_given=str(1000 * number),
            advisor=alice if number % 2 else None,
            tags=["SBA"] if number < 2 else [],
            phone=f"(415) 555-01{number}1",
        )
        for number, name in enumerate(NAMES)
    ]


def shown(page: Page) -> list[str]:
    return page.locator("#list tbody th a").all_inner_texts()


def test_filter_sort_and_the_address_remembers(leads: list[Lead], visit: Visit, alice: Advisor) -> None:
    page = visit(alice, "/leads")
    assert shown(page) == list(NAMES[::-1])
    page.get_by_role("link", name="Amount").click()
    expect(page.locator("th.c-amount[aria-sort=descending]")).to_be_visible()
    page.get_by_role("link", name="Amount").click()
    expect(page.locator("#list tbody th a").first).to_have_text(NAMES[0])
    expect(page.locator("th.c-amount[aria-sort=ascending]")).to_be_visible()
    page.keyboard.press("/")
    page.keyboard.type("birch")
    expect(page.locator("#list tbody tr")).to_have_count(1)
    expect(page).to_have_url(re.compile(r"sort=amount.*q=birch|q=birch.*sort=amount"))
    page.reload()
    expect(page.locator("#list tbody tr")).to_have_count(1)
    page.get_by_role("link", name="Clear all").click()
    expect(page.locator("#list tbody tr")).to_have_count(4)
    page.go_back()
    expect(page.locator("#list tbody tr")).to_have_count(1)


def test_columns_are_chosen_and_a_view_keeps_them(leads: list[Lead], visit: Visit, alice: Advisor) -> None:
    page = visit(alice, "/leads?tag=SBA")
    page.get_by_role("button", name="Columns").click()
    page.get_by_role("group", name="Columns").get_by_text("Phone").click()
    expect(page.get_by_text("(415) 555-0111")).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Save as view").click()
    page.get_by_label("Name", exact=True).fill("SBA by phone")
    page.get_by_role("button", name="Save").click()
    link = page.locator("#views").get_by_role("link", name="SBA by phone")
    expect(link).to_have_attribute("aria-current", "true")
    page.goto("/leads")
    link.click()
    expect(page.locator("#list tbody tr")).to_have_count(2)
    expect(page.get_by_text("(415) 555-0111")).to_be_visible()
    assert SavedView.objects.get().query.startswith("tag=SBA")


def test_the_keyboard_goes_picks_and_opens(leads: list[Lead], visit: Visit, alice: Advisor) -> None:
    page = visit(alice, "/leads")
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("x")
    expect(page.locator("[data-picked]")).to_have_text("2")
    page.keyboard.press("Escape")
    expect(page.locator(".bulkbar")).to_be_hidden()
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"/leads/{leads[3].uuid}"))


def test_many_at_once_watched_and_undone(leads: list[Lead], visit: Visit, alice: Advisor) -> None:
    page = visit(alice, "/leads")
    page.get_by_label("Pick all of this page").check()
    expect(page.locator("[data-picked]")).to_have_text("4")
    page.get_by_label("Pick Birch Bakery").uncheck()
    page.locator(".bulkbar").get_by_role("button", name="Tag", exact=True).click()
    dialog = page.get_by_role("dialog", name="Tag: 3 leads")
    dialog.get_by_role("button", name="Tag", exact=True).click()
    expect(dialog.get_by_text("This field is required")).to_be_visible()
    dialog.get_by_role("button", name="SBA").click()
    dialog.get_by_role("button", name="Tag", exact=True).click()
    expect(page.get_by_role("heading", name="Tag with “SBA”")).to_be_visible()
    expect(page.get_by_text("0 of 3")).to_be_visible()
    bulk_jobs.work()
    expect(page.get_by_text("Done", exact=True)).to_be_visible()  # without a reload
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Being undone")).to_be_visible()
    bulk_jobs.work()
    expect(page.get_by_text("Undone", exact=True)).to_be_visible()
    assert Lead.objects.filter(lead_tags__tag__name="SBA").count() == 2


def test_all_that_the_filter_shows_is_exported(leads: list[Lead], visit: Visit, alice: Advisor) -> None:
    page = visit(alice, "/leads?tag=SBA")
    page.get_by_role("link", name="Export").click()
    expect(page.get_by_role("heading", name="Export 2 leads")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download CSV").click()
    text = download.value.path().read_text(encoding="utf-8-sig")
    assert text.count("\n") == 3
    assert "Cedar" not in text
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_search_in_everything_from_any_page(leads: list[Lead], visit: Visit, alice: Advisor) -> None:
    page = visit(alice, "/settings/keys")
    page.keyboard.press("Control+k")
    page.keyboard.type("415.555.0121")
    expect(page.locator("#find .found__row")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"/leads/{leads[2].uuid}"))
    page.get_by_role("link", name="Search").first.click()
    page.keyboard.type("nobody at all")
    expect(page.get_by_text("Nothing has “nobody at all”")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#find")).to_be_hidden()


def test_a_phone_shows_cards_without_sideways_scroll(leads: list[Lead], visit: Visit, alice: Advisor) -> None:
    for path in ("/leads", "/leads?q=nobody", "/jobs", "/settings/stages", "/settings/tags", "/settings/access"):
        page = visit(alice, path, width=390, height=844, touch=True)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, path
    page = visit(alice, "/leads", width=390, height=844, touch=True)
    page.get_by_label("Pick Aspen Freight").check()
    expect(page.get_by_role("button", name="Assign", exact=True)).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_it_works_without_scripts(leads: list[Lead], visit: Visit, alice: Advisor) -> None:
    scripted = visit(alice, "/leads")
    browser = scripted.context.browser
    assert browser is not None
    plain = browser.new_context(
        base_url=scripted.url.partition("/leads")[0],
        java_script_enabled=False,
        storage_state=scripted.context.storage_state(),
    )
    page = plain.new_page()
    page.goto("/leads?q=e")
    page.get_by_label("Pick Aspen Freight").check()
    page.locator(".bulkbar").get_by_role("button", name="Tag", exact=True).click()
    page.get_by_role("textbox", name="Tag").fill("Plain")
    page.locator(".bulk").get_by_role("button", name="Tag", exact=True).click()
    expect(page.get_by_role("heading", name="Tag with “Plain”")).to_be_visible()
    bulk_jobs.work()
    assert Lead.objects.get(lead_tags__tag__name="Plain").business_name == "Aspen Freight"
    plain.close()


def test_a_stage_is_made_and_put_in_its_place(transactional_db: None, visit: Visit, alice: Advisor) -> None:
    page = visit(alice, "/settings/stages")
    page.get_by_role("link", name="New stage").click()
    page.get_by_label("Name").fill("Underwriting")
    page.get_by_label("What it asks of a lead that enters").select_option("documents")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("button", name="Move Underwriting to the left").click()
    expect(page.locator("tbody tr").nth(7)).to_contain_text("Underwriting")
    page.get_by_role("link", name="Underwriting").click()
    page.locator("summary", has_text="Delete this stage").click()
    page.get_by_role("button", name="Delete it").click()
    expect(page.locator("tbody tr")).to_have_count(8)
