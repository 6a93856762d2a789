"""The board in a real browser: a card goes where it is put, stays there, and comes back when it is refused."""

from __future__ import annotations

import re

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from crm.models import Actor, Advisor
from leads.models import Lead, Stage, StageRule
from leads.pipeline import move_to
from tests.browser.conftest import Visit
from tests.browser.dragging import card, drag
from tests.conftest import PASSWORD, MakeLead


@pytest.fixture(autouse=True)
def team(transactional_db: None, alice: Advisor, stages: dict[str, Stage], make_lead: MakeLead) -> None:
    for name in ("Cedar Dental", "Birch Bakery", "Aspen Freight"):  # Aspen comes last and stands on top
        make_lead(business_name=name, requested_amount_given="50000")
    make_lead(business_name="Iron Oak", stage=stages["contacted"])


@pytest.fixture
def page(visit: Visit, alice: Advisor) -> Page:
    return visit(alice)


def names(page: Page, key: str) -> list[str]:
    return page.locator(f"#stage-{key} .card__name").all_text_contents()


def expect_names(page: Page, key: str, wanted: list[str]) -> None:
    expect(page.locator(f"#stage-{key} [data-lead] .card__name")).to_have_text(wanted)


def toast(page: Page) -> Locator:
    return page.locator("#toasts .toast").last


def stage_of(name: str) -> str:
    return Lead.objects.get(business_name=name).stage.key


def test_it_works(page: Page) -> None:
    expect_names(page, "new_lead", ["Aspen Freight", "Birch Bakery", "Cedar Dental"])
    drag(page, "Birch Bakery", "qualified")
    expect(toast(page)).to_contain_text("Birch Bakery moved to Qualified")
    expect(page.locator("#head-qualified .col__count")).to_have_text("1")
    expect(page.locator("#head-new_lead .col__count")).to_have_text("2")
    page.reload()
    expect_names(page, "new_lead", ["Aspen Freight", "Cedar Dental"])
    expect_names(page, "qualified", ["Birch Bakery"])


def test_an_advisor_signs_in_and_out(page: Page, alice: Advisor) -> None:
    page.get_by_role("button", name="Alice Archer").click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/sign-in")
    page.get_by_label("Email").fill(alice.user.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/board")
    expect(card(page, "Aspen Freight")).to_be_visible()


def test_the_colours_are_remembered(page: Page) -> None:
    page.get_by_role("button", name="Alice Archer").click()
    page.get_by_role("button", name="Dark").click()
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.get_by_role("button", name="Alice Archer").click()
    page.get_by_role("button", name="System").click()
    assert page.locator("html").get_attribute("data-theme") is None


def test_a_card_keeps_its_place_in_the_column(page: Page) -> None:
    with page.expect_response("**/moves*"):
        drag(page, "Aspen Freight", "new_lead", over="Cedar Dental", at=0.8)
    expect_names(page, "new_lead", ["Birch Bakery", "Cedar Dental", "Aspen Freight"])
    page.reload()
    expect_names(page, "new_lead", ["Birch Bakery", "Cedar Dental", "Aspen Freight"])


def test_a_click_opens_the_lead_and_a_drag_does_not(page: Page) -> None:
    drag(page, "Aspen Freight", "contacted")
    expect(toast(page)).to_contain_text("moved to Contacted")
    assert page.url.endswith("/board")
    link = card(page, "Aspen Freight").locator(".card__name a")
    address = link.get_attribute("href")
    link.click()
    page.wait_for_url(f"**{address}")


def test_a_drop_that_moved_nothing_sends_nothing(page: Page) -> None:
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    drag(page, "Aspen Freight", "new_lead", over="Aspen Freight", at=0.5)
    page.wait_for_timeout(400)
    assert sent == []


class TestRefusals:
    def test_a_card_that_somebody_else_moved_meanwhile_goes_where_it_is(
        self, page: Page, bob: Advisor, stages: dict[str, Stage]
    ) -> None:
        stop_watching(page)
        lead = Lead.objects.get(business_name="Birch Bakery")
        move_to(lead, stages["approved"], by=Actor.advisor(bob), now=timezone.now())
        drag(page, "Birch Bakery", "contacted")
        expect(toast(page)).to_contain_text("Somebody else has moved this lead")
        expect_names(page, "approved", ["Birch Bakery"])
        expect_names(page, "contacted", ["Iron Oak"])
        assert stage_of("Birch Bakery") == "approved"

    def test_a_card_goes_back_when_there_is_no_network(self, page: Page) -> None:
        stop_watching(page)
        page.context.set_offline(True)
        drag(page, "Birch Bakery", "contacted")
        expect(toast(page)).to_contain_text("no connection")
        expect_names(page, "new_lead", ["Aspen Freight", "Birch Bakery", "Cedar Dental"])
        page.context.set_offline(False)
        drag(page, "Birch Bakery", "contacted")
        expect(toast(page)).to_contain_text("moved to Contacted")

    @pytest.mark.parametrize(("status", "words"), [(500, "went wrong on our side"), (403, "may not move")])
    def test_a_card_goes_back_when_the_server_fails(self, page: Page, status: int, words: str) -> None:
        page.route("**/moves*", lambda route: route.fulfill(status=status, body="<h1>no</h1>"))
        drag(page, "Birch Bakery", "contacted")
        expect(page.locator("#toasts")).to_contain_text(words)
        expect_names(page, "new_lead", ["Aspen Freight", "Birch Bakery", "Cedar Dental"])
        assert stage_of("Birch Bakery") == "new_lead"

    def test_a_card_goes_back_when_the_session_is_over(self, page: Page) -> None:
        stop_watching(page)
        page.context.clear_cookies(name="sessionid")
        drag(page, "Birch Bakery", "contacted")
        expect(page.locator("#toasts")).to_contain_text("signed out")
        expect_names(page, "new_lead", ["Aspen Freight", "Birch Bakery", "Cedar Dental"])

    def test_a_stage_that_asks_gets_its_answer_or_the_card_back(self, page: Page, stages: dict[str, Stage]) -> None:
        Stage.objects.filter(pk=stages["lost"].pk).update(asks_for=StageRule.LOST_REASON)
        drag(page, "Birch Bakery", "lost", at=0.5)
        dialog = page.get_by_role("dialog")
        expect(dialog).to_contain_text("Cancel leaves the lead in New Lead")
        dialog.get_by_role("button", name="Cancel").click()
        expect_names(page, "new_lead", ["Aspen Freight", "Birch Bakery", "Cedar Dental"])
        assert stage_of("Birch Bakery") == "new_lead"
        drag(page, "Birch Bakery", "lost", at=0.5)
        dialog.get_by_label("Reason").fill("Rate too high")
        dialog.get_by_role("button", name="Move to Lost").click()
        expect(toast(page)).to_contain_text("moved to Lost")
        expect(page.locator("#stage-lost")).to_contain_text("1")
        assert Lead.objects.get(business_name="Birch Bakery").lost_reason == "Rate too high"

    def test_escape_puts_the_card_back_as_cancel_does(self, page: Page, stages: dict[str, Stage]) -> None:
        Stage.objects.filter(pk=stages["qualified"].pk).update(asks_for=StageRule.FUNDED_AMOUNT)
        drag(page, "Birch Bakery", "qualified")
        expect(page.get_by_label("Funded amount")).to_have_value("50000.00")
        page.keyboard.press("Escape")
        expect_names(page, "new_lead", ["Aspen Freight", "Birch Bakery", "Cedar Dental"])


class TestHaste:
    def test_two_drags_before_the_first_answer_make_one_card_where_the_second_put_it(self, page: Page) -> None:
        slow_moves(page, 900)
        drag(page, "Birch Bakery", "contacted")
        drag(page, "Birch Bakery", "qualified")
        expect(toast(page)).to_contain_text("moved to Qualified")
        expect(card(page, "Birch Bakery")).to_have_count(1)
        expect_names(page, "qualified", ["Birch Bakery"])
        assert stage_of("Birch Bakery") == "qualified"

    def test_a_refusal_of_the_first_makes_the_second_void(
        self, page: Page, bob: Advisor, stages: dict[str, Stage]
    ) -> None:
        stop_watching(page)
        lead = Lead.objects.get(business_name="Birch Bakery")
        move_to(lead, stages["approved"], by=Actor.advisor(bob), now=timezone.now())
        slow_moves(page, 900)
        drag(page, "Birch Bakery", "contacted")
        drag(page, "Birch Bakery", "qualified")
        expect(page.locator("#toasts")).to_contain_text("Somebody else has moved this lead")
        expect(card(page, "Birch Bakery")).to_have_count(1)
        expect_names(page, "approved", ["Birch Bakery"])
        page.wait_for_timeout(300)
        assert stage_of("Birch Bakery") == "approved"


class TestKeyboard:
    def test_brackets_move_a_card_and_z_takes_it_back(self, page: Page) -> None:
        card(page, "Birch Bakery").locator(".card__name a").focus()
        page.keyboard.press("]")
        expect(toast(page)).to_contain_text("moved to Contacted")
        expect_names(page, "contacted", ["Birch Bakery", "Iron Oak"])
        expect(card(page, "Birch Bakery").locator(".card__name a")).to_be_focused()
        page.keyboard.press("z")
        expect(toast(page)).to_contain_text("moved to New Lead")
        expect_names(page, "new_lead", ["Aspen Freight", "Birch Bakery", "Cedar Dental"])
        page.reload()
        expect_names(page, "new_lead", ["Aspen Freight", "Birch Bakery", "Cedar Dental"])

    def test_arrows_go_from_card_to_card(self, page: Page) -> None:
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowDown")
        expect(card(page, "Birch Bakery").locator(".card__name a")).to_be_focused()
        page.keyboard.press("ArrowRight")
        expect(card(page, "Iron Oak").locator(".card__name a")).to_be_focused()

    def test_m_opens_the_menu_and_a_digit_chooses(self, page: Page) -> None:
        card(page, "Birch Bakery").locator(".card__name a").focus()
        page.keyboard.press("m")
        expect(page.get_by_role("menu", name="Move Birch Bakery to")).to_be_visible()
        page.keyboard.press("3")
        expect(toast(page)).to_contain_text("moved to Qualified")
        expect(page.locator("#announcer")).to_have_text("Birch Bakery moved to Qualified")

    def test_what_is_typed_into_a_field_moves_nothing(self, page: Page) -> None:
        page.keyboard.press("/")
        expect(page.get_by_label("Filter by name, phone or e-mail")).to_be_focused()
        page.keyboard.type("]m?n")
        page.wait_for_timeout(500)
        expect(page.get_by_role("dialog")).to_have_count(0)
        assert stage_of("Birch Bakery") == "new_lead"


def test_the_menu_moves_a_card_without_a_drag(page: Page) -> None:
    page.get_by_role("button", name="Move Birch Bakery to…").click()
    page.get_by_role("menuitemradio", name=re.compile("Approved")).click()
    expect(toast(page)).to_contain_text("moved to Approved")
    expect_names(page, "approved", ["Birch Bakery"])


def test_a_colleagues_change_shows_within_seconds(page: Page, bob: Advisor, stages: dict[str, Stage]) -> None:
    lead = Lead.objects.get(business_name="Birch Bakery")
    move_to(lead, stages["approved"], by=Actor.advisor(bob), now=timezone.now())
    expect(page.locator("#stage-approved .card__name")).to_have_text(["Birch Bakery"], timeout=9_000)
    expect_names(page, "new_lead", ["Aspen Freight", "Cedar Dental"])


def test_filters_narrow_the_board_and_live_in_the_address(page: Page) -> None:
    page.get_by_label("Filter by name, phone or e-mail").fill("aspen")
    expect_names(page, "new_lead", ["Aspen Freight"])
    expect(page).to_have_url(re.compile(r"/board\?q=aspen$"))
    page.get_by_role("button", name="Advisor").click()
    page.get_by_role("checkbox", name="Me", exact=True).check()
    expect_names(page, "new_lead", [])
    expect(page.locator(".filter--set")).to_contain_text("Advisor is Me")
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Clear the filter on advisor").click()
    expect_names(page, "new_lead", ["Aspen Freight"])
    for address in (r"advisor=me", r"\?q=aspen$", r"/board$"):
        with page.expect_event("load"):  # the page loads anew, which Playwright's own go_back dislikes
            page.evaluate("setTimeout(() => history.back())")
        expect(page).to_have_url(re.compile(address))
    expect_names(page, "new_lead", ["Aspen Freight", "Birch Bakery", "Cedar Dental"])


def test_a_long_column_loads_more_as_it_scrolls(page: Page, make_lead: MakeLead) -> None:
    for number in range(40):
        make_lead(business_name=f"Shop {number:02}")
    page.reload()
    expect(page.locator("#stage-new_lead [data-lead]")).to_have_count(25)
    page.locator("#stage-new_lead [data-more]").scroll_into_view_if_needed()
    expect(page.locator("#stage-new_lead [data-lead]")).to_have_count(43)


def test_a_new_lead_is_made_over_the_board(page: Page) -> None:
    page.keyboard.press("n")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Business").fill("Walnut Works")
    dialog.get_by_label("Phone").fill("415 555 019")
    dialog.get_by_role("button", name="Create lead").click()
    expect(dialog).to_contain_text("One digit short")
    expect(dialog.get_by_label("Phone")).to_be_focused()
    dialog.get_by_label("Phone").fill("415 555 0199")
    dialog.get_by_role("button", name="Create lead").click()
    expect(toast(page)).to_contain_text("Walnut Works is on the board")
    expect_names(page, "new_lead", ["Walnut Works", "Aspen Freight", "Birch Bakery", "Cedar Dental"])


class TestPhone:
    @pytest.fixture
    def page(self, visit: Visit, alice: Advisor) -> Page:
        return visit(alice, width=390, height=844, touch=True)

    @pytest.mark.parametrize("path", ["/board", "/leads/new"])
    def test_the_page_does_not_scroll_sideways(self, page: Page, path: str) -> None:
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") == 390

    def test_a_long_press_picks_a_card_up_and_a_swipe_scrolls(self, page: Page) -> None:
        finger = page.context.new_cdp_session(page)
        box = card(page, "Aspen Freight").bounding_box()
        under = card(page, "Cedar Dental").bounding_box()
        assert box
        assert under
        x, top, bottom = box["x"] + 150, box["y"] + 40, under["y"] + under["height"] - 8

        def touch(kind: str, y: float) -> None:
            points = [] if kind == "touchEnd" else [{"x": x, "y": y}]
            finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

        def stroke(wait: int) -> None:
            touch("touchStart", top)
            page.wait_for_timeout(wait)
            for step in range(1, 13):
                touch("touchMove", top + (bottom - top) * step / 12)
                page.wait_for_timeout(25)
            page.wait_for_timeout(200)
            touch("touchEnd", bottom)

        stroke(0)
        page.wait_for_timeout(300)
        expect_names(page, "new_lead", ["Aspen Freight", "Birch Bakery", "Cedar Dental"])
        with page.expect_response("**/moves*"):
            stroke(350)
        expect_names(page, "new_lead", ["Birch Bakery", "Cedar Dental", "Aspen Freight"])

    def test_the_menu_is_a_sheet_at_the_bottom(self, page: Page) -> None:
        page.get_by_role("button", name="Move Birch Bakery to…").click()
        box = page.get_by_role("menu").bounding_box()
        assert box
        assert (box["x"], box["width"]) == (0, 390)
        page.get_by_role("menuitemradio", name=re.compile("Contacted")).click()
        expect(toast(page)).to_contain_text("moved to Contacted")


def stop_watching(page: Page) -> None:
    """So that the page does not learn of a change before the test wants it to."""
    page.route("**/board/changes*", lambda route: route.fulfill(status=204))


def slow_moves(page: Page, milliseconds: int) -> None:
    """From now on answers to moves take longer (in the page: a wait in Playwright would hold the mouse as well)."""
    page.evaluate(
        """(milliseconds) => {
            const real = window.fetch;
            window.fetch = (address, options) => String(address).includes("/moves")
              ? new Promise((done) => setTimeout(done, milliseconds)).then(() => real(address, options))
              : real(address, options);
        }""",
        milliseconds,
    )
