"""The day of an advisor, from signing in to the evening, as one story in a real browser."""

from __future__ import annotations

import csv
import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core.cache import cache
from django.utils import timezone
from playwright.sync_api import Browser, FilePayload, Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from crm.models import Advisor, Organization
from leads import bulk_jobs
from leads.models import Call, Lead, Message
from tests.browser.conftest import Visit
from tests.browser.dialled import LISTEN, expect_dialled
from tests.browser.dragging import card, drag
from tests.conftest import PASSWORD, MakeLead, written_to
from tests.crm.test_signing_in import code_now
from tests.leads.files import picture

ROWS, BAD = 500, 20
SECRET = generate_totp_secret()


@pytest.fixture(autouse=True)
def office(
    transactional_db: None,
    organization: Organization,
    bob: Advisor,
    make_lead: MakeLead,
    settings: Settings,
    tmp_path: Path,
    live_server: LiveServer,
) -> None:
    """What waits for Bob this morning: one lead that has just come, two that went quiet, one of them known twice."""
    settings.MEDIA_ROOT, settings.PUBLIC_URL = tmp_path, live_server.url
    cache.clear()
    Organization.objects.filter(pk=organization.pk).update(advisors_may_import=True)
    TOTP.activate(bob.user, SECRET)
    long_ago = timezone.now() - dt.timedelta(days=12)
    for name, contact in (("Fir Foundry", "Ann Fir"), ("Cedar Dental", "Jo Reed"), ("Cedar Dental LLC", "Joanna Reed")):
        email = "reed@cedar.example" if "Cedar" in name else ""
        quiet = make_lead(business_name=name, name=contact, email=email, advisor=bob, now=long_ago)
        written_to(quiet, long_ago)
    make_lead(
        business_name="Iron Oak", name="Curtis Boyd", phone="+12125550123", advisor=bob, requested_amount_given="90000"
    )


@pytest.fixture
def page(chromium: Browser, live_server: LiveServer) -> Iterator[Page]:
    """Bob's browser, in which nobody has signed in yet."""
    wrong: list[str] = []
    context = chromium.new_context(base_url=live_server.url, viewport={"width": 1440, "height": 900})
    context.set_default_timeout(15_000)
    context.add_init_script(LISTEN)
    page = context.new_page()
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda line: wrong.append(line.text) if "Content Security Policy" in line.text else None)
    yield page
    context.close()
    assert wrong == []


@pytest.fixture
def phone(chromium: Browser) -> Iterator[Page]:
    """The borrower's, who never signs in."""
    context = chromium.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    context.set_default_timeout(15_000)
    yield context.new_page()
    context.close()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "Expo.csv"
    with path.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.writer(lines)
        writer.writerow(["Business", "Contact name", "Mobile", "E-mail"])
        for number in range(ROWS):
            phone = "12" if number % (ROWS // BAD) == 7 else f"(415) 556-{1000 + number}"
            writer.writerow([f"Café {number}", f"Mary Doe {number}", phone, f"m{number}@cafe.example"])
    return path


def test_it_works(page: Page, phone: Page, visit: Visit, alice: Advisor, bob: Advisor, file: Path) -> None:
    signs_in(page, bob)
    takes_the_top_of_the_queue(page)
    calls_and_logs_it(page)
    requests_a_document(page)
    hands_it_in(phone)
    finds_it_on_top_of_the_queue(page)
    moves_the_card(page)
    edits_and_sends_a_draft(page)
    hands_off(page, to=alice)
    is_told(visit(alice, "/notifications"))
    merges_a_duplicate(page)
    imports(page, file)
    undoes_the_import(page)


def goes_to(page: Page, place: str) -> None:
    page.get_by_role("navigation", name="Main").get_by_role("link", name=place).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(place)


def signs_in(page: Page, advisor: Advisor) -> None:
    page.goto("/")
    page.get_by_label("Email").fill(advisor.user.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_label("Code").fill(code_now(SECRET))
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("button", name="Don't trust").click()
    page.wait_for_url("**/board")


def takes_the_top_of_the_queue(page: Page) -> None:
    goes_to(page, "Queue")
    expect(page.locator(".q__reason").first).to_have_text(re.compile("New .* ago, call now"))
    panel = page.locator("#queue-panel")
    expect(panel).to_contain_text("Iron Oak")
    panel.get_by_role("button", name="Take it").click()
    expect(panel).to_contain_text("Yours for")


def calls_and_logs_it(page: Page) -> None:
    page.locator("#queue-panel").get_by_role("button", name="Call").click()
    expect_dialled(page, "+12125550123")
    call = page.locator("#call")
    call.locator(".end", has_text="Connected").click()
    call.get_by_label("Notes").fill("Sends the bank statement today")
    call.get_by_role("button", name="Save the call").click()
    expect(page.locator("#toasts")).to_contain_text("Iron Oak: Connected")
    expect(page.locator(".q__who b")).to_have_text(["Fir Foundry", "Cedar Dental", "Cedar Dental LLC"])
    assert Call.objects.get().notes == "Sends the bank statement today"


def requests_a_document(page: Page) -> None:
    page.locator("#toasts").get_by_role("link", name="Open").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Iron Oak")
    expect(page.locator("#conversation")).to_contain_text("Sends the bank statement today")
    checklist = page.locator("#checklist")
    checklist.get_by_text("Ask for something more").click()
    checklist.get_by_label("What do you need?").fill("Bank statement")
    checklist.get_by_role("button", name="Ask", exact=True).click()
    expect(checklist.locator("h2")).to_contain_text("0 of 1")
    checklist.get_by_role("link", name="Request").click()
    expect(page.locator("#request").get_by_label("Bank statement")).to_be_checked()
    page.locator("#request").get_by_role("button", name="Send").click()
    expect(page.locator("#conversation .msg--advisor")).to_contain_text("/upload/")


def hands_it_in(phone: Page) -> None:
    found = re.search(r"https?://\S+/upload/\S+", Message.objects.get().body)
    assert found
    phone.goto(found[0])
    expect(phone.get_by_role("heading", name="Bank statement")).to_be_visible()
    photo: FilePayload = {"name": "IMG_1.heic", "mimeType": "image/heic", "buffer": picture("HEIF", (400, 300))}
    phone.get_by_label("Take a photo").set_input_files([photo])
    expect(phone.get_by_role("status").filter(has_text="Thank you!")).to_be_visible()
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390


def finds_it_on_top_of_the_queue(page: Page) -> None:
    goes_to(page, "Queue")
    first = page.locator(".q").first
    expect(first.locator(".q__reason")).to_have_text("Bank statement came in")
    expect(first.locator(".q__who")).to_contain_text("Iron Oak")
    page.locator("#queue-panel").get_by_role("button", name="Done").click()
    expect(page.locator("#toasts")).to_contain_text("Iron Oak is done")


def moves_the_card(page: Page) -> None:
    goes_to(page, "Board")
    drag(page, "Iron Oak", "qualified")
    expect(page.locator("#toasts .toast").last).to_contain_text("Iron Oak moved to Qualified")
    expect(page.locator("#head-qualified .col__count")).to_have_text("1")


def edits_and_sends_a_draft(page: Page) -> None:
    card(page, "Iron Oak").get_by_role("link", name="Iron Oak").click()
    page.get_by_role("button", name="AI draft").click()
    expect(page.get_by_text("Edit it, it goes out as you.")).to_be_visible()
    expect(page.locator("#body")).not_to_have_value("")
    page.locator("#body").fill("Hi Curtis, thank you for the statement. Alice takes it from here.")
    page.get_by_role("button", name="Send", exact=False).click()
    expect(page.locator(".msg--advisor", has_text="Alice takes it from here")).to_contain_text("Sent")


def hands_off(page: Page, *, to: Advisor) -> None:
    page.get_by_role("link", name="Advisor: Bob Baker. Change").click()
    page.get_by_label("Advisor", exact=True).select_option(label=to.name)
    page.locator("#facts").get_by_role("button", name="Save").click()
    expect(page.get_by_role("link", name=f"Advisor: {to.name}. Change")).to_be_visible()


def is_told(page: Page) -> None:
    expect(page.locator("#main")).to_contain_text("Iron Oak")


def merges_a_duplicate(page: Page) -> None:
    goes_to(page, "Queue")
    page.locator(".q", has_text="Cedar Dental LLC").get_by_role("link").click()
    page.locator("#queue-panel").get_by_role("link", name="Cedar Dental LLC").click()
    page.get_by_role("link", name="Compare and merge").click()
    page.get_by_role("button", name="Merge").click()
    expect(page.get_by_role("region", name="Merged")).to_be_visible()
    goes_to(page, "Queue")
    expect(page.locator(".q__who b")).to_have_count(2)


def imports(page: Page, file: Path) -> None:
    goes_to(page, "Leads")
    page.get_by_role("link", name="Import").click()
    page.locator("input[type=file]").set_input_files(file)
    expect(page.get_by_label("Mobile")).to_have_value("phone")
    page.get_by_role("button", name="See what would happen").click()
    a_worker_gets_to(page, "This is what would happen")
    page.get_by_role("button", name=f"Import {ROWS - BAD} rows").click()
    a_worker_gets_to(page, "Done")
    expect(page.get_by_role("link", name="Refused rows as CSV")).to_be_visible()
    assert Lead.objects.live().count() == 3 + ROWS - BAD


def undoes_the_import(page: Page) -> None:
    page.get_by_role("button", name="Undo the import").click()
    a_worker_gets_to(page, "Undone")
    goes_to(page, "Leads")
    expect(page.locator("#list tbody tr")).to_have_count(3)
    assert Lead.objects.live().count() == 3


def a_worker_gets_to(page: Page, words: str) -> None:
    bulk_jobs.work()
    expect(page.locator("#import").get_by_text(words).first).to_be_visible()
