"""Papers in a real browser: chosen, dropped, refused, replaced, removed."""

from __future__ import annotations

import base64
import datetime as dt

import pytest
from django.utils import timezone
from playwright.sync_api import FilePayload, Page, expect

from crm.models import Actor, Advisor
from leads import checklists, documents
from leads.models import Document, Lead
from tests.browser.conftest import Visit
from tests.conftest import MakeLead
from tests.leads.files import pdf, picture, upload

pytestmark = pytest.mark.usefixtures("files")


@pytest.fixture
def lead(transactional_db: None, make_lead: MakeLead, alice: Advisor, now: dt.datetime) -> Lead:
    lead = make_lead(name="Curtis Boyd", email="curtis@ironoak.example", advisor=alice)
    for name in ("Bank statement", "Driver licence"):
        checklists.ask(lead, name=name, by=Actor.advisor(alice), now=now)
    return lead


@pytest.fixture
def page(visit: Visit, alice: Advisor, lead: Lead) -> Page:
    return visit(alice, f"/leads/{lead.uuid}")


def file(name: str, content: bytes | None = None) -> FilePayload:
    return {"name": name, "mimeType": "application/octet-stream", "buffer": pdf() if content is None else content}


def drop(page: Page, place: str, name: str, content: bytes) -> None:
    """As the browser tells of a file that is dragged in from the desktop."""
    page.evaluate(
        """([place, name, content]) => {
            const data = new DataTransfer();
            data.items.add(new File([Uint8Array.from(atob(content), (c) => c.charCodeAt(0))], name));
            const target = document.querySelector(place);
            for (const type of ["dragenter", "dragover", "drop"])
                target.dispatchEvent(new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer: data }));
        }""",
        [place, name, base64.b64encode(content).decode()],
    )


def test_papers_are_chosen_dropped_and_looked_at(page: Page, lead: Lead) -> None:
    checklist = page.locator("#checklist")
    statement = checklist.locator("li.drops", has_text="Bank statement")
    statement.get_by_label("Upload Bank statement").set_input_files([file("June.pdf"), file("July.pdf", pdf(pages=2))])
    expect(statement.locator(".paper__name")).to_have_text(["June.pdf", "July.pdf"])
    expect(checklist.locator("h2")).to_contain_text("1 of 2")
    expect(page.locator("#conversation")).to_contain_text("handed in “July.pdf”")

    key = checklists.items_of(lead)[1].key
    drop(page, f"#check-{key} > span", "me.heic", picture("HEIF", (300, 200)))
    licence = checklist.locator("li.drops", has_text="Driver licence")
    expect(licence.locator(".paper__name")).to_have_text("me.jpg")
    expect(checklist.locator("h2")).to_contain_text("2 of 2")

    drop(page, ".dropzone", "Lease.pdf", pdf(pages=3))
    expect(checklist.locator("[aria-labelledby=papers-h] .paper__name")).to_have_text("Lease.pdf")

    page.wait_for_load_state("networkidle")  # what came in has been drawn everywhere
    licence.get_by_label("What to do with me.jpg").click()
    shown = page.locator(".paper__look img:visible")
    expect(shown).to_have_js_property("naturalWidth", 300)
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").locator("visible=true").click()
    assert download.value.suggested_filename == "me.jpg"


def test_what_is_refused_is_said_and_the_rest_is_kept(page: Page, lead: Lead) -> None:
    checklist = page.locator("#checklist")
    files = [file("tool.exe", b"MZ"), file("June.pdf"), file("me.jpg", pdf())]
    checklist.get_by_label("Drop papers here, or choose").set_input_files(files)
    alert = checklist.get_by_role("alert")
    expect(alert).to_contain_text("tool.exe Please send a PDF or a photo")
    expect(alert).to_contain_text("me.jpg This file is not what its name says")
    expect(checklist.locator(".paper__name")).to_have_text("June.pdf")


def test_a_paper_is_replaced_and_removed_by_keyboard(
    visit: Visit, alice: Advisor, lead: Lead, now: dt.datetime
) -> None:
    item = checklists.items_of(lead)[0]
    documents.hand_in(lead, upload("Old.pdf"), item=item, by=Actor.borrower("Curtis"), now=now)
    page = visit(alice, f"/leads/{lead.uuid}")
    checklist = page.locator("#checklist")
    expect(checklist).to_contain_text("Came in, nobody has looked yet")
    checklist.get_by_label("What to do with Old.pdf").press("Enter")
    page.get_by_label("Replace…").set_input_files([file("New.pdf", pdf(pages=2))])
    expect(checklist.locator(".paper__name")).to_have_text("New.pdf")

    page.once("dialog", lambda dialog: dialog.dismiss())
    checklist.get_by_label("What to do with New.pdf").press("Enter")
    page.get_by_role("button", name="Remove for good…").press("Enter")
    assert Document.objects.count() == 1
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Remove for good…").press("Enter")
    expect(checklist.locator(".paper__name")).to_have_count(0)
    assert not Document.objects.exists()


def test_another_ones_upload_shows_by_itself(page: Page, lead: Lead) -> None:
    item = checklists.items_of(lead)[0]
    documents.hand_in(lead, upload("June.pdf"), item=item, by=Actor.borrower("Curtis"), now=timezone.now())
    page.evaluate("htmx.trigger('#conversation', 'refresh')")  # what the page does by itself every four seconds
    expect(page.locator("#checklist .paper--new")).to_contain_text("June.pdf")


def test_it_fits_on_a_phone(visit: Visit, alice: Advisor, lead: Lead, now: dt.datetime) -> None:
    name = f"{'Very long name of a bank statement ' * 3}.pdf"
    documents.hand_in(lead, upload(name), item=checklists.items_of(lead)[0], by=Actor.borrower("Curtis"), now=now)
    page = visit(alice, f"/leads/{lead.uuid}", width=390, height=844, touch=True)
    page.get_by_label("Upload Driver licence").set_input_files([file("me.png", picture("PNG"))])
    expect(page.locator(".paper__name")).to_have_count(2)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
