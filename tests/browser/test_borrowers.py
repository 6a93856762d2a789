"""A borrower's link on a phone, and two leads that were one person: in a real browser."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, FilePayload, Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from crm.models import Actor, Advisor
from leads import checklists, upload_links
from leads.models import Lead, Merge, Message, UploadLink
from tests.browser.conftest import Visit
from tests.conftest import MakeLead
from tests.leads.files import pdf, picture

pytestmark = pytest.mark.usefixtures("files")


@pytest.fixture(autouse=True)
def public_url(settings: Settings, live_server: LiveServer) -> None:
    settings.PUBLIC_URL = live_server.url


@pytest.fixture
def lead(transactional_db: None, make_lead: MakeLead, alice: Advisor, now: dt.datetime) -> Lead:
    lead = make_lead(name="Curtis Boyd", email="curtis@ironoak.example", advisor=alice)
    for name in ("Bank statement", "Driver licence"):
        checklists.ask(lead, name=name, by=Actor.advisor(alice), now=now)
    return lead


@pytest.fixture
def phone(chromium: Browser) -> Iterator[Page]:
    """The borrower's: 390 pixels wide, touched, never signed in; asks no other host for anything."""
    context = chromium.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    context.set_default_timeout(15_000)
    page = context.new_page()
    hosts: set[str] = set()
    errors: list[str] = []
    page.on("request", lambda request: hosts.add(request.url.split("/")[2]))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda line: errors.append(line.text) if "Content Security Policy" in line.text else None)
    yield page
    context.close()
    assert len(hosts) <= 1
    assert errors == []


def file(name: str, content: bytes) -> FilePayload:
    return {"name": name, "mimeType": "application/octet-stream", "buffer": content}


def test_papers_are_requested_handed_in_on_a_phone_and_seen(
    visit: Visit, alice: Advisor, lead: Lead, phone: Page
) -> None:
    page = visit(alice, f"/leads/{lead.uuid}")
    checklist = page.locator("#checklist")
    checklist.get_by_role("link", name="Request").click()
    request = page.locator("#request")
    expect(request.get_by_label("Bank statement")).to_be_checked()
    expect(request.get_by_role("button", name="Send")).to_be_in_viewport()
    assert page.evaluate("scrollY") <= 1  # the column scrolls, not the page
    request.get_by_label("Driver licence").uncheck()
    request.get_by_role("button", name="Send").click()
    expect(page.locator("#conversation .msg--advisor")).to_contain_text("/upload/")
    expect(checklist).to_contain_text("Asked the borrower")

    url = upload_links.url_of(UploadLink.objects.get())
    assert url in Message.objects.get().body
    phone.goto(url)
    expect(phone.get_by_role("heading", name="Bank statement")).to_be_visible()
    expect(phone.get_by_text("Driver licence")).to_have_count(0)
    expect(phone.get_by_text("Curtis")).to_have_count(0)
    camera = phone.get_by_label("Take a photo")
    assert camera.get_attribute("capture") == "environment"
    button = phone.locator(".asked__button").first.bounding_box()
    assert button is not None
    assert button["height"] >= 48
    camera.set_input_files([file("IMG_1.heic", picture("HEIF", (400, 300)))])
    expect(phone.get_by_role("status").filter(has_text="Thank you!")).to_contain_text("1 file received")
    phone.get_by_label("Add a file").set_input_files([file("tool.exe", b"MZ"), file("June.pdf", pdf())])
    expect(phone.get_by_role("alert")).to_contain_text("tool.exe Please send a PDF or a photo")
    expect(phone.locator(".asked__state")).to_contain_text("2 files received")
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390

    page.evaluate("htmx.trigger('#conversation', 'refresh')")
    expect(checklist.locator(".paper--new")).to_have_count(2)
    expect(page.locator("#conversation")).to_contain_text("Curtis Boyd handed in “IMG_1.jpg”")
    page.get_by_label("What to do with this link").click()
    page.get_by_role("button", name="Take it back").click()
    expect(checklist).not_to_contain_text("Asked the borrower")
    phone.reload()
    expect(phone.get_by_role("heading")).to_have_text("This link has ended")


def test_it_works_where_scripts_are_off(chromium: Browser, alice: Advisor, lead: Lead, now: dt.datetime) -> None:
    link = upload_links.make(lead, checklists.items_of(lead), by_advisor=alice, now=now)
    context = chromium.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844})
    context.set_default_timeout(15_000)
    page = context.new_page()
    page.goto(upload_links.url_of(link))
    page.get_by_label("Choose a file").first.set_input_files([file("June.pdf", pdf())])
    page.get_by_role("button", name="Send").first.click()
    expect(page.locator(".asked__state").first).to_have_text("1 file received")
    context.close()


def test_two_leads_are_merged_and_taken_apart(visit: Visit, alice: Advisor, lead: Lead, make_lead: MakeLead) -> None:
    twin = make_lead(name="C. Boyd", business_name="Iron Oak Taproom", email="curtis@ironoak.example", city="Tampa")
    page = visit(alice, f"/leads/{lead.uuid}")
    page.get_by_role("link", name="Compare and merge").click()
    expect(page.get_by_role("heading", name="One lead out of two")).to_be_visible()
    name = page.get_by_role("group", name="Name", exact=True)
    expect(name.get_by_label("Curtis Boyd")).to_be_checked()
    name.get_by_label("C. Boyd").check()
    expect(page.get_by_role("group", name="Business").get_by_label("Iron Oak Taproom")).to_be_checked()
    page.get_by_role("button", name="Merge").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Iron Oak Taproom")
    expect(page.locator("#facts")).to_contain_text("C. Boyd")
    page.goto(f"/leads/{twin.uuid}")
    expect(page).to_have_url(f"{page.url.split('/leads')[0]}/leads/{lead.uuid}")

    page.get_by_role("button", name="Undo the merge", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Curtis Boyd")
    expect(page.get_by_role("region", name="Possible duplicate")).to_be_visible()
    assert Merge.objects.exclude(undone_at=None).count() == 1


def test_merging_fits_on_a_phone(visit: Visit, alice: Advisor, lead: Lead, make_lead: MakeLead) -> None:
    long = "A very long name of a business that goes on and on " * 3
    twin = make_lead(name="C. Boyd", business_name=long, email="curtis@ironoak.example")
    page = visit(alice, f"/leads/{lead.uuid}/merge/{twin.uuid}", width=390, height=844, touch=True)
    page.get_by_role("group", name="Name", exact=True).get_by_text("C. Boyd").tap()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_role("button", name="Merge").tap()
    expect(page.get_by_role("region", name="Merged")).to_be_visible()
