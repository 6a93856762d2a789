"""Calls in a real browser: placed, logged, called back; the dialer by keyboard and on a phone."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from crm.models import Actor, Advisor, Organization
from leads import suppression
from leads.models import Call, DialList, Lead, Task
from tests.browser.conftest import Visit
from tests.browser.dialled import LISTEN, expect_dialled, expect_nothing_dialled
from tests.conftest import MakeLead

BY = Actor.system()


@pytest.fixture
def dial_list(transactional_db: None, organization: Organization) -> DialList:
    return DialList.objects.create(organization=organization, name="June")


@pytest.fixture
def lead(dial_list: DialList, make_lead: MakeLead, alice: Advisor) -> Lead:
    lead = make_lead(business_name="Cedar Dental", name="Ann Lee", phone="+12125550101", advisor=alice)
    make_lead(business_name="Birch Bakery", phone="+12125550102", dial_list=dial_list)
    make_lead(business_name="Aspen Freight", phone="+12125550103", dial_list=dial_list)
    Lead.objects.exclude(pk=lead.pk).update(created_at=timezone.now() - dt.timedelta(days=40))
    return lead


def opened(visit: Visit, advisor: Advisor, path: str, **size: int | bool) -> Page:
    page = visit(advisor, path, **size)
    page.evaluate(LISTEN)
    return page


def test_a_call_is_placed_logged_and_comes_back(visit: Visit, alice: Advisor, lead: Lead) -> None:
    page = opened(visit, alice, "/queue")
    panel = page.locator("#queue-panel")
    expect(panel).to_contain_text("Cedar Dental")
    page.keyboard.press("c")
    call = page.locator("#call")
    expect(call).to_contain_text("(212) 555-0101")
    expect_dialled(page, "+12125550101")
    expect(call.get_by_role("timer")).to_have_text("0:01")
    expect(call.get_by_label("Call back when?")).to_be_hidden()
    call.locator(".end", has_text="Call back").click()
    call.get_by_role("button", name="Tomorrow 9:00").click()
    call.get_by_label("Notes").fill("After the board meets")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#toasts")).to_contain_text("Cedar Dental: Call back")
    expect(page.locator("#call")).to_be_hidden()
    expect(page.locator(".queue:not(.queue--later) .q__who")).not_to_contain_text(["Cedar Dental"])
    task = Task.objects.get()
    Task.objects.update(due_at=timezone.now() - dt.timedelta(minutes=1))
    page.goto("/queue")
    expect(page.locator(".q__reason").first).to_contain_text("Callback due")
    assert task.details == "After the board meets"
    page.goto(f"/leads/{lead.uuid}?show=notes")
    expect(page.locator("#conversation")).to_contain_text("After the board meets")


def test_another_number_is_dialled_by_keyboard(visit: Visit, alice: Advisor, lead: Lead) -> None:
    Lead.objects.filter(pk=lead.pk).update(alt_phone_1="(310) 555-0177")
    Organization.objects.update(quiet_hours=False)
    page = opened(visit, alice, f"/leads/{lead.uuid}")
    page.get_by_role("button", name="Call another number").press("Enter")
    page.get_by_role("menuitem", name="(310) 555-0177").press("Enter")
    expect(page.locator("#call")).to_contain_text("(310) 555-0177")
    expect_dialled(page, "+13105550177")


def test_nobody_is_dialled_who_said_stop(visit: Visit, alice: Advisor, lead: Lead) -> None:
    suppression.opt_out(lead.organization, lead.address, reason="STOP", by=BY, now=timezone.now())
    page = opened(visit, alice, f"/leads/{lead.uuid}")
    page.keyboard.press("c")
    expect(page.locator("#call")).to_contain_text("Opted out")
    expect(page.get_by_role("button", name="Call all the same")).to_have_count(0)
    page.locator("#call").get_by_role("button", name="Close").click()
    expect(page.locator("#call")).to_be_hidden()
    expect_nothing_dialled(page)
    assert not Call.objects.exists()


def test_the_dialer_goes_by_keyboard(visit: Visit, alice: Advisor, lead: Lead) -> None:
    page = opened(visit, alice, "/dialer")
    page.get_by_label("June").check()
    page.get_by_role("button", name="Start").click()
    who = page.locator("#dialer-who")
    expect(who).to_have_text("Birch Bakery")
    page.keyboard.press("s")
    expect(who).to_have_text("Aspen Freight")
    page.keyboard.press("c")
    expect(page.get_by_role("timer")).to_be_visible()
    expect_dialled(page, "+12125550103")
    page.keyboard.press("3")
    expect(page.get_by_text("They come back to the queue")).to_be_visible()
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Nobody to call just now")).to_be_visible()
    expect(page.locator(".page-head__sub")).to_contain_text("1 call")
    assert Call.objects.get().disposition == "No answer"


def test_two_advisors_get_two_leads(visit: Visit, alice: Advisor, bob: Advisor, lead: Lead) -> None:
    found = []
    for advisor in (alice, bob):
        page = opened(visit, advisor, "/dialer")
        page.get_by_label("June").check()
        page.get_by_role("button", name="Start").click()
        expect(page.locator("#dialer-who")).to_be_visible()
        found.append(page.locator("#dialer-who").inner_text())
    assert sorted(found) == ["Aspen Freight", "Birch Bakery"]


def test_on_a_phone_the_form_leaves_the_queue_in_sight_and_its_head_folds_it(
    visit: Visit, alice: Advisor, lead: Lead
) -> None:
    page = opened(visit, alice, f"/leads/{lead.uuid}", width=390, height=844, touch=True)
    page.get_by_role("button", name="Call", exact=True).tap()
    save = page.get_by_role("button", name="Save the call")
    expect(save).to_be_in_viewport()
    box = page.locator("#call").bounding_box()
    assert box
    assert box["y"] > 844 / 4
    page.touchscreen.tap(300, box["y"] + 22)
    expect(save).to_be_hidden()
    page.locator("[data-call-fold]").tap()
    expect(save).to_be_visible()
    page.locator(".call__head a").tap(trial=True)


def test_it_works_on_a_phone(visit: Visit, alice: Advisor, lead: Lead) -> None:
    page = opened(visit, alice, "/dialer", width=390, height=844, touch=True)
    page.get_by_label("June").check()
    page.get_by_role("button", name="Start").tap()
    button = page.get_by_role("button", name="Call", exact=True)
    expect(button).to_be_visible()
    box = button.bounding_box()
    assert box
    assert box["height"] >= 48
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    button.tap()
    expect(page.get_by_role("timer")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.locator(".end", has_text="Busy").tap()
    page.get_by_role("button", name="Save and next").tap()
    expect(page.locator("#dialer-who")).to_have_text("Aspen Freight")
