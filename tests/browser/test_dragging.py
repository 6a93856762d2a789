"""Drops that go wrong halfway: no network by then, a stage that says no, two hands on one card; two cards at once."""

from __future__ import annotations

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from crm.models import Actor, Advisor
from leads import checklists
from leads.models import Lead, Stage, StageRule
from leads.pipeline import move_to
from tests.browser.conftest import Visit
from tests.browser.dragging import Finger, card, carry, drag, pick_up
from tests.conftest import MakeLead

NEW = ["Aspen Freight", "Birch Bakery", "Cedar Dental"]


@pytest.fixture(autouse=True)
def leads(transactional_db: None, alice: Advisor, stages: dict[str, Stage], make_lead: MakeLead) -> None:
    for name in reversed(NEW):
        make_lead(business_name=name, requested_amount_given="50000")


@pytest.fixture
def page(visit: Visit, alice: Advisor) -> Page:
    return visit(alice)


@pytest.fixture
def tablet(visit: Visit, alice: Advisor) -> Page:
    return visit(alice, width=1024, height=768, touch=True)


def expect_names(page: Page, key: str, wanted: list[str]) -> None:
    expect(page.locator(f"#stage-{key} [data-lead] .card__name")).to_have_text(wanted)


def expect_said(page: Page, words: str) -> None:
    expect(page.locator("#toasts")).to_contain_text(words)


def birch() -> Lead:
    return Lead.objects.select_related("stage", "organization").get(business_name="Birch Bakery")


class TestWithoutNetwork:
    def test_a_card_in_the_hand_goes_back_with_the_reason_and_can_be_tried_again(self, page: Page) -> None:
        pick_up(page, "Birch Bakery")
        page.context.set_offline(True)
        carry(page, "contacted")
        page.mouse.up()
        expect_said(page, "Not moved. There is no connection, the card is back where it was.")
        expect_names(page, "new_lead", NEW)
        expect_names(page, "contacted", [])
        assert birch().stage.key == "new_lead"
        page.context.set_offline(False)
        drag(page, "Birch Bakery", "contacted")
        expect_said(page, "Birch Bakery moved to Contacted")
        expect(page.locator("#head-contacted .col__count")).to_have_text("1")
        assert birch().stage.key == "contacted"

    def test_so_does_one_under_a_finger(self, tablet: Page) -> None:
        finger = Finger(tablet)
        finger.pick_up("Birch Bakery")
        tablet.context.set_offline(True)
        finger.carry("contacted")
        finger.let_go()
        expect_said(tablet, "There is no connection")
        expect_names(tablet, "new_lead", NEW)
        tablet.context.set_offline(False)
        finger.pick_up("Birch Bakery")
        finger.carry("contacted")
        finger.let_go()
        expect_said(tablet, "Birch Bakery moved to Contacted")

    def test_so_does_one_moved_by_a_key(self, page: Page) -> None:
        card(page, "Birch Bakery").locator(".card__name a").focus()
        page.context.set_offline(True)
        page.keyboard.press("]")
        expect_said(page, "There is no connection")
        expect_names(page, "new_lead", NEW)
        page.context.set_offline(False)
        page.keyboard.press("]")
        expect_said(page, "Birch Bakery moved to Contacted")


class TestRefusals:
    @pytest.fixture(autouse=True)
    def papers(self, alice: Advisor, stages: dict[str, Stage]) -> None:
        """What is qualified has all its papers; Birch Bakery's tax return is missing."""
        Stage.objects.filter(pk=stages["qualified"].pk).update(asks_for=StageRule.DOCUMENTS)
        checklists.ask(birch(), name="Tax return", by=Actor.advisor(alice), now=timezone.now())

    def test_a_stage_that_misses_papers_says_which_and_gives_the_card_back(self, page: Page, alice: Advisor) -> None:
        drag(page, "Birch Bakery", "qualified")
        expect_said(page, "Not moved. Missing on the checklist: Tax return.")
        expect_names(page, "new_lead", NEW)
        [item] = checklists.items_of(birch())
        checklists.settle(birch(), item, status="completed", by=Actor.advisor(alice), now=timezone.now())
        drag(page, "Birch Bakery", "qualified")
        expect_said(page, "Birch Bakery moved to Qualified")

    def test_it_says_so_to_a_finger(self, tablet: Page) -> None:
        finger = Finger(tablet)
        finger.pick_up("Birch Bakery")
        finger.carry("qualified")
        finger.let_go()
        expect_said(tablet, "Tax return")
        expect_names(tablet, "new_lead", NEW)

    def test_it_says_so_to_a_key(self, page: Page) -> None:
        card(page, "Birch Bakery").locator(".card__name a").focus()
        page.keyboard.press("m")
        expect(page.get_by_role("menu", name="Move Birch Bakery to")).to_contain_text("1 missing")
        page.keyboard.press("Escape")
        assert birch().stage.key == "new_lead"


class TestManyHands:
    def test_two_cards_in_the_air_both_land(self, page: Page) -> None:
        drag(page, "Birch Bakery", "contacted")
        drag(page, "Cedar Dental", "qualified")
        expect_names(page, "new_lead", ["Aspen Freight"])
        expect_said(page, "Cedar Dental moved to Qualified")
        page.reload()
        expect_names(page, "contacted", ["Birch Bakery"])
        expect_names(page, "qualified", ["Cedar Dental"])

    def test_of_two_hands_on_one_card_the_first_to_drop_has_it(self, page: Page, visit: Visit, bob: Advisor) -> None:
        theirs = visit(bob)
        pick_up(page, "Birch Bakery")
        pick_up(theirs, "Birch Bakery")
        carry(page, "contacted")
        carry(theirs, "qualified")
        page.mouse.up()
        expect_said(page, "Birch Bakery moved to Contacted")
        expect(theirs.locator("#stage-qualified .is-ghost-item")).to_be_visible()
        theirs.mouse.up()
        expect_said(theirs, "Somebody else has moved this lead")
        for each in (page, theirs):
            expect_names(each, "contacted", ["Birch Bakery"])
            expect_names(each, "qualified", [])
        assert birch().stage.key == "contacted"

    def test_two_browsers_show_what_both_did(self, page: Page, visit: Visit, bob: Advisor) -> None:
        theirs = visit(bob)
        drag(page, "Birch Bakery", "contacted")
        drag(theirs, "Cedar Dental", "qualified")
        for each in (page, theirs):
            expect(each.locator("#stage-contacted .card__name")).to_have_text(["Birch Bakery"], timeout=12_000)
            expect(each.locator("#stage-qualified .card__name")).to_have_text(["Cedar Dental"], timeout=12_000)
            expect_names(each, "new_lead", ["Aspen Freight"])

    def test_what_a_colleague_does_never_takes_a_card_out_of_a_hand(
        self, page: Page, bob: Advisor, stages: dict[str, Stage]
    ) -> None:
        pick_up(page, "Birch Bakery")
        carry(page, "qualified")
        cedar = Lead.objects.get(business_name="Cedar Dental")
        with page.expect_response("**/board/changes*", timeout=12_000):  # asked before the card was picked up, or after
            move_to(cedar, stages["approved"], by=Actor.advisor(bob), now=timezone.now())
            page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
            page.mouse.up()
        expect_said(page, "Birch Bakery moved to Qualified")
        expect(page.locator("#stage-approved .card__name")).to_have_text(["Cedar Dental"], timeout=12_000)


class TestFinger:
    def test_it_carries_a_card_to_another_column(self, tablet: Page) -> None:
        finger = Finger(tablet)
        finger.pick_up("Birch Bakery")
        finger.carry("contacted")
        finger.let_go()
        expect_said(tablet, "Birch Bakery moved to Contacted")
        tablet.reload()
        expect_names(tablet, "contacted", ["Birch Bakery"])

    def test_a_card_that_somebody_else_moved_meanwhile_goes_where_it_is(
        self, tablet: Page, bob: Advisor, stages: dict[str, Stage]
    ) -> None:
        finger = Finger(tablet)
        finger.pick_up("Birch Bakery")
        move_to(birch(), stages["approved"], by=Actor.advisor(bob), now=timezone.now())
        finger.carry("contacted")
        finger.let_go()
        expect_said(tablet, "Somebody else has moved this lead")
        expect_names(tablet, "contacted", [])
        expect_names(tablet, "approved", ["Birch Bakery"])
