"""The sequence editor in a real browser: written, moved by hand and by keys, tried, published; on a phone as well."""

from __future__ import annotations

import re

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from crm.models import Actor, Advisor, Organization
from leads.models import Lead
from sequences import authoring, publishing
from sequences.models import Sequence
from tests.browser.conftest import Visit
from tests.conftest import MakeLead

BY = Actor.system("Colleague")


@pytest.fixture
def lead(transactional_db: None, make_lead: MakeLead) -> Lead:
    return make_lead(name="Curtis Boyd", business_name="Iron Oak Brewing")


@pytest.fixture
def sequence(transactional_db: None, organization: Organization) -> Sequence:
    steps = [
        {"kind": "fixed", "message": "Hi {{first_name}}, one"},
        {"kind": "fixed", "message": "Two", "delay_hours": 24},
        {"kind": "ai", "instructions": "Ask about blockers", "delay_hours": 72},
    ]
    return authoring.create_sequence(organization=organization, name="Welcome", steps=steps, by=BY, now=timezone.now())


def order(page: Page) -> list[str]:
    return [str(key) for key in page.locator(".seq-step").evaluate_all("all => all.map(each => each.dataset.step)")]


def messages(sequence: Sequence) -> list[str]:
    sequence.refresh_from_db()
    return [each.message or each.instructions for each in authoring.steps_of(sequence)]


def test_it_is_written_tried_and_published(visit: Visit, alice: Advisor, lead: Lead) -> None:
    page = visit(alice, "/sequences")
    page.get_by_role("link", name="New sequence").click()
    page.get_by_role("textbox", name="Name").fill("Fresh")
    page.get_by_role("button", name="Write it").click()
    page.locator(".step__open summary").first.click()
    area = page.get_by_role("textbox", name="Message")
    area.fill("Hello ")
    page.get_by_role("button", name="Insert").first.click()
    page.get_by_role("menuitem", name="first name").click()
    expect(area).to_have_value("Hello {{first_name}}")
    expect(area).to_be_focused()
    expect(page.locator("#rehearsal .msg__body")).to_contain_text("Hello Curtis")
    expect(page.locator("#rehearsal .msg__state")).to_contain_text("12 characters, 1 part")
    expect(page.get_by_text("changes that are not published")).to_be_visible()
    page.get_by_role("button", name="Add a step").click()
    page.locator("#add-menu").get_by_role("menuitem", name="A task for the advisor").click()
    expect(page.get_by_role("textbox", name="What is to be done")).to_be_focused()
    page.keyboard.type("Call {{first_name}}")
    expect(page.locator("#rehearsal .next li")).to_have_count(3)
    page.get_by_role("button", name="Save").first.click()
    expect(page.locator(".toast")).to_contain_text("Saved as version 2")
    assert messages(Sequence.objects.get(name="Fresh")) == ["Hello {{first_name}}", "Call {{first_name}}"]
    page.get_by_role("button", name="Activate").click()
    expect(page.locator(".toast")).to_contain_text("It takes new leads from now on")


def test_steps_are_moved_by_keys_by_menu_and_by_hand(
    visit: Visit, alice: Advisor, lead: Lead, sequence: Sequence
) -> None:
    page = visit(alice, f"/sequences/{sequence.public_id}")
    page.locator(".step__open summary").first.click()
    page.locator("#more-0").focus()
    page.keyboard.press("Alt+ArrowDown")
    expect(page.locator("#announcer")).to_have_text("Now step 2")
    expect(page.locator("#text-0")).to_be_visible()  # what was open stays open
    expect(page.locator("#more-0")).to_be_focused()
    page.keyboard.press("Alt+ArrowDown")
    expect(page.locator("#announcer")).to_have_text("Now step 3")
    assert order(page) == ["1", "2", "0"]
    page.locator("#more-2").click()
    page.locator("#menu-2").get_by_role("menuitem", name="Move up").click()
    expect(page.locator(".seq-step").first).to_have_attribute("data-step", "2")
    handle, target = page.locator("[data-step='0'] [data-grip]"), page.locator("[data-step='2'] .step")
    handle.scroll_into_view_if_needed()
    start, end = handle.bounding_box(), target.bounding_box()
    assert start
    assert end
    page.mouse.move(start["x"] + 8, start["y"] + 8)
    page.mouse.down()
    page.mouse.move(start["x"] + 12, start["y"] - 12, steps=3)
    page.mouse.move(end["x"] + 60, end["y"] + 40, steps=12)
    page.wait_for_timeout(180)
    page.mouse.move(end["x"] + 60, end["y"] + 4, steps=6)
    page.wait_for_timeout(180)
    page.mouse.up()
    expect(page.locator(".seq-step").first).to_have_attribute("data-step", "0")
    expect(page.locator(".seq-step").first.locator(".step__n")).to_have_text("1")
    page.get_by_role("button", name="Publish").click()
    expect(page.locator(".toast")).to_contain_text("Version 2 is published")
    assert messages(sequence) == ["Hi {{first_name}}, one", "Ask about blockers", "Two"]


def test_a_step_is_removed_and_an_empty_one_is_refused(
    visit: Visit, alice: Advisor, lead: Lead, sequence: Sequence
) -> None:
    page = visit(alice, f"/sequences/{sequence.public_id}")
    page.locator("#more-1").click()
    page.locator("#menu-1").get_by_role("menuitem", name="Remove").click()
    expect(page.locator(".seq-step")).to_have_count(2)
    page.locator(".step__open summary").first.click()
    page.locator("#text-0").fill("")
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("Write what this step says.")).to_be_visible()
    expect(page.locator("#text-0")).to_be_focused()
    assert len(messages(sequence)) == 3


def test_a_colleague_was_faster(visit: Visit, alice: Advisor, lead: Lead, sequence: Sequence) -> None:
    page = visit(alice, f"/sequences/{sequence.public_id}")
    publishing.publish(
        Sequence.objects.get(pk=sequence.pk),
        [{"kind": "fixed", "message": "Theirs"}],
        seen=1,
        by=BY,
        now=timezone.now(),
    )
    page.locator(".step__open summary").first.click()
    page.locator("#text-0").fill("Mine")
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("Colleague has published version 2")).to_be_visible()
    assert messages(sequence) == ["Theirs"]
    page.get_by_role("button", name="Publish").click()
    expect(page.locator(".toast")).to_contain_text("Version 3 is published")
    assert messages(sequence)[0] == "Mine"


@pytest.mark.parametrize("path", ["/sequences", "/sequences/new", "", "/versions"])
@pytest.mark.parametrize("width", [390, 1024])
def test_it_fits(visit: Visit, alice: Advisor, lead: Lead, sequence: Sequence, path: str, width: int) -> None:
    page = visit(
        alice, path if path.startswith("/sequences") else f"/sequences/{sequence.public_id}{path}", width=width
    )
    if not path:
        page.locator(".step__open summary").nth(2).click()
        expect(page.get_by_role("textbox", name="What the AI should do")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_an_advisor_reads(visit: Visit, bob: Advisor, lead: Lead, sequence: Sequence) -> None:
    page = visit(bob, "/sequences")
    page.get_by_role("link", name="Welcome").click()
    expect(page).to_have_url(re.compile("/sequences/seq_"))
    expect(page.get_by_role("button", name="Publish")).to_have_count(0)
    expect(page.locator("#rehearsal .next li")).to_have_count(4)
