"""The lead page in a real browser: write, be answered, and see why a step was skipped."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from crm.models import Actor, Advisor, Organization
from leads import messaging
from leads.models import Lead, Message
from leads.notes import add_note
from sequences.authoring import create_sequence
from sequences.engine import tick
from sequences.enrolling import enroll
from tests.browser.conftest import Visit
from tests.conftest import MakeLead


@pytest.fixture
def lead(transactional_db: None, organization: Organization, alice: Advisor, make_lead: MakeLead) -> Lead:
    Organization.objects.filter(pk=organization.pk).update(is_demo=True)
    organization.is_demo = True
    return make_lead(
        name="Curtis Boyd",
        business_name="Iron Oak Brewing Co.",
        email="curtis@ironoak.example",
        requested_amount_given="310000",
        advisor=alice,
    )


@pytest.fixture
def page(visit: Visit, alice: Advisor, lead: Lead) -> Page:
    return visit(alice, f"/leads/{lead.uuid}")


def conversation(page: Page) -> Locator:
    return page.locator("#conversation")


def refresh(page: Page) -> None:
    """What the page does by itself every four seconds."""
    page.evaluate("htmx.trigger('#conversation', 'refresh')")


def reply(page: Page, words: str) -> None:
    page.locator(".writing__tabs").get_by_text("Reply as the borrower").click()
    page.get_by_label("What the borrower says").fill(words)
    page.get_by_role("button", name="Reply", exact=False).last.click()
    expect(conversation(page).locator(".msg--borrower", has_text=words)).to_be_visible()


def test_a_reply_skips_the_step_that_asks_for_it(page: Page, lead: Lead, alice: Advisor) -> None:
    now = timezone.now()
    sequence = create_sequence(
        organization=lead.organization,
        name="Recovery",
        steps=[
            {"kind": "fixed", "message": "Hi {{first_name}}, shall we finish?", "skip_if_replied": False},
            {"kind": "fixed", "message": "Still there?", "delay_hours": 1, "skip_if_replied": True},
        ],
        by=Actor.advisor(alice),
        now=now,
    )
    enroll(lead, sequence, by=Actor.advisor(alice), now=now)
    tick(now)
    refresh(page)
    step = conversation(page).locator(".msg--sequence", has_text="Hi Curtis, shall we finish?")
    expect(step).to_contain_text("Recovery, step 1 · text")

    page.get_by_label("Message", exact=True).last.fill("I can call you at two.")
    page.keyboard.press("Control+Enter")
    mine = conversation(page).locator(".msg--advisor", has_text="I can call you at two.")
    expect(mine).to_contain_text("Alice Archer · text")
    expect(mine.locator(".msg__state")).to_contain_text("Sent")
    expect(page.locator("#body")).to_have_value("")

    reply(page, "Two is fine")
    tick(now + dt.timedelta(hours=2))
    refresh(page)
    skipped = conversation(page).locator(".event", has_text="skipped step 2")
    expect(skipped).to_contain_text("Recovery")
    expect(skipped).to_contain_text("replied")
    expect(conversation(page).locator(".msg", has_text="Still there?")).to_have_count(0)


def test_the_page_refreshes_itself_and_leaves_the_words_alone(page: Page, lead: Lead) -> None:
    page.locator("#body").fill("Half a sen")
    messaging.receive(lead.organization, address=lead.address, body="Are you there?", now=timezone.now())
    expect(conversation(page).locator(".msg--borrower", has_text="Are you there?")).to_be_visible(timeout=9000)
    expect(page.locator("#body")).to_have_value("Half a sen")
    expect(page.locator("#body")).to_be_focused()


def test_two_clicks_send_one_message(page: Page) -> None:
    page.locator("#body").fill("Only once")
    page.get_by_role("button", name="Send").dblclick()
    expect(conversation(page).locator(".msg--advisor")).to_have_count(1)
    page.reload()
    expect(conversation(page).locator(".msg--advisor")).to_have_count(1)
    assert Message.objects.count() == 1


def test_stop_turns_the_light_and_keeps_the_words(page: Page) -> None:
    page.locator("#body").fill("One more thing")
    page.locator(".writing__tabs").get_by_text("Reply as the borrower").click()
    page.get_by_role("button", name="STOP").click()
    expect(page.locator("#head-light")).to_contain_text("Opted out")
    page.locator(".writing__tabs").get_by_text("Message").click()
    send = page.get_by_role("button", name="Send")
    expect(send).to_have_attribute("aria-disabled", "true")
    expect(send).to_have_accessible_description(re.compile("Texts are not sent. Opted out"))
    send.click(force=True)
    expect(page.locator("#refused")).to_be_focused()
    expect(page.locator("#body")).to_have_value("One more thing")
    page.locator("#body").press("Control+Enter")
    expect(page.locator("#refused")).to_be_focused()
    assert not Message.objects.filter(body="One more thing").exists()


def test_where_texts_are_stopped_e_mail_goes_out(page: Page, lead: Lead) -> None:
    messaging.receive(lead.organization, address=lead.address, body="STOP", now=timezone.now())
    page.reload()
    expect(page.locator("#refused")).to_contain_text("Texts are not sent.")
    page.get_by_label("Channel").select_option("email")
    expect(page.locator("#refused")).to_be_hidden()
    page.get_by_label("Subject").fill("Your file")
    page.locator("#body").fill("By e-mail, then")
    page.get_by_role("button", name="Send").click()
    expect(conversation(page).locator(".msg--advisor", has_text="By e-mail, then")).to_be_visible()


def test_a_fact_is_changed_by_keyboard(page: Page, lead: Lead) -> None:
    page.get_by_role("link", name="E-mail: curtis@ironoak.example. Change").press("Enter")
    field = page.get_by_label("E-mail", exact=True)
    expect(field).to_be_focused()
    field.fill("nobody")
    field.press("Enter")
    expect(page.locator("#facts .field__error")).to_contain_text("not an e-mail address")
    page.get_by_label("E-mail", exact=True).fill("boyd@ironoak.example")
    page.get_by_label("E-mail", exact=True).press("Enter")
    expect(page.get_by_role("link", name="E-mail: boyd@ironoak.example. Change")).to_be_visible()
    expect(conversation(page)).to_contain_text("changed e-mail")


def test_it_moves_with_a_key_and_comes_back(page: Page, lead: Lead) -> None:
    page.keyboard.press("m")
    expect(page.locator("#move-menu").get_by_role("button", name="Contacted")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".path [aria-current]")).to_contain_text("Qualified")
    expect(page).to_have_url(f"{page.url.split('/leads/')[0]}/leads/{lead.uuid}")


def test_deletion_asks_first(page: Page) -> None:
    page.get_by_role("button", name="More actions").click()
    page.get_by_role("button", name="Delete this lead…").click()
    dialog = page.get_by_role("dialog", name="Delete Iron Oak")
    dialog.get_by_role("button", name="Cancel").click()
    expect(dialog).to_be_hidden()
    page.get_by_role("button", name="More actions").click()
    page.get_by_role("button", name="Delete this lead…").click()
    dialog.get_by_role("button", name="Delete this lead").click()
    page.wait_for_url("**/board")


def test_earlier_pages_come_on_top_and_stay_while_the_rest_refreshes(visit: Visit, lead: Lead, alice: Advisor) -> None:
    now = timezone.now()
    for number in range(70):
        add_note(lead, body=f"Note {number:02}", by_advisor=alice, now=now - dt.timedelta(hours=number))
    page = visit(alice, f"/leads/{lead.uuid}")
    expect(page.get_by_text("Note 50")).to_have_count(0)
    page.get_by_role("link", name="Show earlier").click()
    expect(page.get_by_text("Note 69")).to_have_count(1)
    expect(page.get_by_role("link", name="Show earlier")).to_have_count(0)
    days = page.locator(".day:visible").all_text_contents()
    assert len(days) == len(set(days))
    messaging.receive(lead.organization, address=lead.address, body="Newest", now=timezone.now())
    refresh(page)
    expect(conversation(page)).to_contain_text("Newest")
    expect(page.locator(".event__text")).to_have_count(70)


@pytest.mark.parametrize("width", [1440, 1024, 390])
def test_nothing_is_wider_than_the_window(width: int, visit: Visit, alice: Advisor, lead: Lead) -> None:
    add_note(lead, body="long" * 80, by_advisor=alice, now=timezone.now())
    messaging.receive(
        lead.organization, address=lead.address, body="https://a.example/" + "x" * 300, now=timezone.now()
    )
    page = visit(alice, f"/leads/{lead.uuid}", width=width, touch=width < 500)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
