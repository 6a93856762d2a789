"""Drafts in a real browser: read, changed, approved by keyboard; decided by two; and the draft on the lead page."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django import Settings

from crm.models import Actor, Advisor, Organization
from leads import approving
from leads.models import Lead, Message, MessageState
from sequences.authoring import create_sequence
from sequences.engine import tick
from sequences.enrolling import enroll
from tests.browser.conftest import Visit
from tests.conftest import MakeLead


@pytest.fixture
def drafts(
    transactional_db: None, organization: Organization, alice: Advisor, make_lead: MakeLead, settings: Settings
) -> list[Message]:
    """Two texts that await approval, of Jane and of Rosa."""
    now, by = timezone.now(), Actor.advisor(alice)
    steps = [{"kind": "ai", "instructions": "Ask about any blockers"}]
    sequence = create_sequence(organization=organization, name="Chase", steps=steps, approval="every", by=by, now=now)
    for name in ("Jane Miller", "Rosa Diaz"):
        enroll(make_lead(name=name, advisor=alice), sequence, by=by, now=now)
    tick(now)
    return list(Message.objects.filter(state=MessageState.APPROVAL).order_by("pk"))


def no_sideways_scroll(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


def test_it_works_by_keyboard(visit: Visit, alice: Advisor, drafts: list[Message]) -> None:
    page = visit(alice, "/reviews")
    expect(page.get_by_text("2 await your yes")).to_be_visible()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    field = page.locator("textarea").first
    expect(field).to_be_focused()
    field.fill("Hi Jane, shall we talk?")
    expect(page.get_by_text("23 characters, 1 part")).to_be_visible()
    page.keyboard.press("Control+Enter")
    first = page.locator("[data-review]").first
    expect(first).to_contain_text("Edited and approved by Alice Archer.")
    expect(first).to_be_focused()
    page.keyboard.press("j")
    expect(page.locator("[data-review]").nth(1)).to_be_focused()
    page.locator("summary", has_text="Reject…").click()
    page.get_by_label("Why", exact=True).fill("too early")
    page.keyboard.press("Enter")
    expect(page.locator("[data-review]").nth(1)).to_contain_text("Alice Archer rejected the draft: too early")
    assert [message.state for message in Message.objects.order_by("pk")] == ["sent", "cancelled"]


def test_who_comes_second_sees_what_the_first_decided(
    visit: Visit, alice: Advisor, bob: Advisor, drafts: list[Message]
) -> None:
    page = visit(bob, f"/reviews/{drafts[0].uuid}")
    now = dt.datetime.now(dt.UTC)
    approving.reject(drafts[0], why="no", seen=approving.version_of(drafts[0]), by=alice, now=now)
    page.get_by_role("button", name="Approve and send").click()
    expect(page.get_by_role("alert")).to_contain_text("Somebody else has decided")
    expect(page.locator("[data-review]")).to_contain_text("Alice Archer rejected the draft: no")
    expect(page.get_by_role("button", name="Approve and send")).to_have_count(0)


def test_it_fits_a_phone(visit: Visit, alice: Advisor, drafts: list[Message]) -> None:
    page = visit(alice, "/reviews", width=390, height=844, touch=True)
    assert no_sideways_scroll(page)
    page.get_by_role("button", name="Answer it myself").first.tap()
    expect(page.locator("[data-review]").first).to_contain_text("handed the conversation to a person")
    page.reload()
    expect(page.get_by_role("heading", name="Asked for a person")).to_be_visible()
    assert no_sideways_scroll(page)


def test_a_draft_to_edit_and_send(visit: Visit, alice: Advisor, drafts: list[Message]) -> None:
    jane = Lead.objects.get(name="Jane Miller")
    page = visit(alice, f"/leads/{jane.uuid}")
    page.get_by_role("button", name="AI draft").click()
    field = page.locator("#body")
    expect(field).not_to_have_value("")
    expect(page.get_by_text("Composed without a model.")).to_be_visible()
    field.fill("Hi Jane, one more thing.")
    page.get_by_role("button", name="Send", exact=False).click()
    expect(page.locator(".msg--advisor", has_text="one more thing")).to_be_visible()
    expect(field).to_have_value("")
