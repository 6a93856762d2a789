"""A manager makes a rule, a lead comes in, an advisor hears of it at the bell, the first of a group claims another."""

from __future__ import annotations

import os
import re
from pathlib import Path

from playwright.sync_api import Page, expect

from crm.models import Advisor, Role
from leads.models import Lead, Way
from tests.browser.conftest import Visit
from tests.conftest import MakeLead, advisor_in
from tests.leads.assignment import rule


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


def test_a_rule_is_made_tried_and_obeyed(
    transactional_db: None, visit: Visit, alice: Advisor, bob: Advisor, make_lead: MakeLead
) -> None:
    page = visit(alice, "/settings/assignment")
    page.get_by_role("link", name="New rule").click()
    page.get_by_label("Name", exact=True).fill("Texas refinance")
    page.get_by_label("States").fill("Texas")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Choose at least one advisor.")).to_be_visible()
    expect(page.get_by_label("States")).to_have_value("Texas")
    page.get_by_label("Bob Baker").select_option("1")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("link", name="1. Texas refinance")).to_be_visible()
    page.get_by_label("State", exact=True).fill("TX")
    page.get_by_role("button", name="Try it").click()
    expect(page.get_by_text("Assigned to Bob Baker by “Texas refinance”")).to_be_visible()
    page.get_by_role("link", name="Alice Archer").click()
    page.get_by_label("Licensed in").fill("CA, NV")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("cell", name="CA, NV")).to_be_visible()

    his = visit(bob, "/board")
    bell = his.get_by_role("link", name="Notifications")
    lead = make_lead(name="Mary Miller", state="TX")
    expect(bell.locator("[data-unread-number]")).to_have_text("1", timeout=15_000)  # with the board's own questions
    bell.click()
    his.get_by_role("link", name="Mary Miller is your lead now").click()
    expect(his).to_have_url(re.compile(f"/leads/{lead.uuid}$"))
    expect(
        his.get_by_text("Assigned to Bob Baker by “Texas refinance”: round robin, their turn.").first
    ).to_be_visible()
    expect(his.get_by_role("link", name="Notifications").locator("[data-unread]")).to_be_hidden()


def test_the_first_of_two_claims_it(
    transactional_db: None, visit: Visit, bob: Advisor, alice: Advisor, make_lead: MakeLead
) -> None:
    rule(bob.organization, bob, alice, way=Way.CLAIM, name="Fast hands")
    lead = make_lead(name="Mary Miller")
    his, hers = visit(bob, f"/leads/{lead.uuid}"), visit(alice, f"/leads/{lead.uuid}")
    hers.get_by_role("button", name="Claim this lead").click()
    expect(hers.get_by_text("The lead is yours")).to_be_visible()
    his.get_by_role("button", name="Claim this lead").click()
    expect(his.get_by_text("Alice Archer was faster and has the lead now.")).to_be_visible()
    expect(his.get_by_role("button", name="Claim this lead")).to_be_hidden()
    assert Lead.objects.get().advisor == alice


def test_every_page_fits_on_a_phone(
    transactional_db: None, visit: Visit, alice: Advisor, bob: Advisor, make_lead: MakeLead
) -> None:
    carol = advisor_in(bob.organization, "carol@acme.example", "Carol-Anne", "Featherstonehaugh", Role.ADVISOR)
    Advisor.objects.filter(pk=carol.pk).update(licensed_in="CA,NV", most_open_leads=40)
    first = rule(bob.organization, bob, carol, name="Texas refinance", states=["TX", "OK"], product="Refinance")
    rule(bob.organization, bob, alice, way=Way.CLAIM, name="Fast hands")
    for name in ("Mary Miller", "Harborview Dental Associates of the Greater Pacific Northwest"):
        make_lead(name=name, advisor=alice)
    offered = make_lead(name="Jane Jones")
    pages = {
        "settings-assignment": "/settings/assignment?try=1&state=CA",
        "settings-assignment-rule": f"/settings/assignment/{first.uuid}",
        "settings-assignment-limits": f"/settings/assignment/advisors/{carol.uuid}",
        "notifications": "/notifications",
        "notification-choices": "/account/notifications",
        "lead-offered": f"/leads/{offered.uuid}",
    }
    folder = os.environ.get("SHOTS")
    for width in (390, 1440) if folder else (390,):
        page = visit(alice, "/notifications", width=width)
        for name, path in pages.items():
            page.goto(path)
            assert fits(page), path
            for look in ("light", "dark") if folder else ():
                page.emulate_media(color_scheme=look)  # type: ignore[arg-type]
                page.screenshot(path=Path(folder or "", f"{name}-{width}-{look}.png"), full_page=True)
