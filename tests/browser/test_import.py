"""Five hundred rows with twenty bad ones: looked at, tried out, brought in, the bad ones taken home, all undone."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from crm.models import Advisor
from leads import bulk_jobs
from leads.models import BulkRow, Lead
from tests.browser.conftest import Visit
from tests.conftest import MakeLead

ROWS, BAD = 500, 20


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "Expo 2026.csv"
    with path.open("w", encoding="cp1252", newline="") as lines:
        writer = csv.writer(lines, delimiter=";")
        writer.writerow(["Company", "Contact name", "Mobile", "E-mail", "Loan amount", "Favourite colour"])
        for number in range(ROWS):
            phone = "12" if number % (ROWS // BAD) == 7 else f"(415) 555-{1000 + number}"
            amount = f"${number + 1},000"
            writer.writerow([f"Café {number}", f"Mary Doe {number}", phone, f"m{number}@cafe.example", amount, "red"])
    return path


def figures(page: Page) -> list[str]:
    return page.locator(".figures dd").all_inner_texts()


def wait_for(page: Page, words: str) -> None:
    """A worker takes its turn, and the page sees by itself what came of it."""
    bulk_jobs.work()
    expect(page.locator("#import").get_by_text(words).first).to_be_visible()


def test_a_file_is_brought_in_and_undone(
    transactional_db: None, make_lead: MakeLead, visit: Visit, alice: Advisor, file: Path, tmp_path: Path
) -> None:
    known = make_lead(business_name="Known Café", phone="+14155551001")
    page = visit(alice, "/leads")
    page.get_by_role("link", name="Import").click()
    page.locator("input[type=file]").set_input_files(file)
    expect(page.get_by_role("heading", name="Expo 2026.csv")).to_be_visible()
    expect(page.get_by_label("Mobile")).to_have_value("phone")
    expect(page.get_by_label("Loan amount")).to_have_value("requested_amount_given")
    page.get_by_label("Favourite colour").select_option(label="“Favourite colour” as it is")
    expect(page.locator("[data-left-out]")).to_have_text("0")
    page.get_by_label("Tags for all").fill("Expo 2026")
    page.get_by_label("Consent to be contacted").select_option(label="They agreed on a web form")
    page.get_by_role("button", name="See what would happen").click()
    expect(page.get_by_text("Say where the proof lies")).to_be_visible()
    page.get_by_label("Where is the proof?").fill("expo.example/form")
    page.get_by_role("button", name="See what would happen").click()
    wait_for(page, "This is what would happen")
    assert figures(page) == ["479", "1", "0", "20"]
    assert Lead.objects.count() == 1
    page.get_by_role("button", name="Import 480 rows").click()
    wait_for(page, "Done")
    assert figures(page) == ["479", "1", "0", "20"]
    assert Lead.objects.live().count() == 480

    with page.expect_download() as download:
        page.get_by_role("link", name="Refused rows as CSV").click()
    saved = tmp_path / "refused.csv"
    download.value.save_as(saved)
    with saved.open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert len(rows) == BAD
    assert (rows[0]["Company"], rows[0]["Row"]) == ("Café 7", "9")
    assert "can be dialled" in rows[0]["Reason"]

    page.get_by_role("button", name="Undo the import").click()
    wait_for(page, "Undone")
    known.refresh_from_db()
    assert (list(Lead.objects.live()), known.email) == ([known], "")
    assert BulkRow.objects.count() == ROWS
    page.goto("/leads/import")
    expect(page.get_by_role("row", name="Expo 2026.csv")).to_contain_text("Undone")


def test_on_a_phone_and_by_keyboard(transactional_db: None, visit: Visit, alice: Advisor, file: Path) -> None:
    page = visit(alice, "/leads/import", width=390, height=844)
    page.locator("input[type=file]").focus()
    page.locator("input[type=file]").set_input_files(file)
    expect(page.get_by_role("heading", name="Expo 2026.csv")).to_be_visible()
    page.get_by_role("button", name="See what would happen").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Reading the file")).to_be_visible()
    wait_for(page, "This is what would happen")
    for address in ("/leads/import", page.url, f"{page.url}?columns=1"):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, address
