"""The pages from the web server itself: scripts and styles compressed, each under a name made from what is in it.

The other browser tests get their files from Django's live server, straight from static/.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Response, expect

from tests.browser.test_board import drag, toast
from tests.browser.test_lead import reply
from tests.faults.world import kill_tree, wait_until
from tests.serving import answers, free_port, start

HASHED = re.compile(r"\.[0-9a-f]{12}\.\w+$")
PASSWORD = "ridgeline-demo"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    port = free_port()
    process = start(tmp_path_factory.mktemp("served"), port)
    try:
        assert wait_until(lambda: process.poll() is not None or answers(port), 120)
        assert process.poll() is None
        yield f"http://127.0.0.1:{port}"
    finally:
        kill_tree(process)


@pytest.fixture
def page(chromium: Browser, site: str) -> Iterator[Page]:
    """Somebody who has just signed in. A word in the console or an answer of 400 or more fails the test."""
    wrong: list[str] = []

    def look_at(answer: Response) -> None:
        path = answer.url.removeprefix(site).partition("#")[0]
        if answer.status >= 400 or not answer.url.startswith((site, "data:")):
            wrong.append(f"{answer.status} {answer.url}")
        if path.startswith("/static/") and not HASHED.search(path):
            wrong.append(f"no hash: {path}")

    context = chromium.new_context(base_url=site, viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.on("response", look_at)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda line: wrong.append(line.text) if line.type in ("error", "warning") else None)
    page.goto("/")
    page.get_by_label("Email").fill("dana@demo.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/board")
    yield page
    context.close()
    assert wrong == []


def test_cards_are_moved_by_key_and_by_mouse(page: Page) -> None:
    first = page.locator("#board [data-cards] [data-lead]:first-child .card__name a")
    first.first.focus()
    page.keyboard.press("]")
    expect(toast(page)).to_contain_text("moved to Contacted")
    name = (first.first.text_content() or "").strip()
    drag(page, name, "qualified")
    expect(toast(page)).to_contain_text(f"{name} moved to Qualified")


def test_a_lead_is_written_to_and_answers(page: Page) -> None:
    page.locator("#board [data-lead] .card__name a").first.click()
    page.wait_for_url("**/leads/*")
    reply(page, "When would the money come?")


def test_without_a_network_a_page_of_ours_says_so(chromium: Browser, site: str) -> None:
    context = chromium.new_context(base_url=site)
    page = context.new_page()
    page.goto("/sign-in")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.reload()
    context.set_offline(True)
    page.goto("/queue")
    expect(page.get_by_role("heading", name="No connection")).to_be_visible()
    assert page.evaluate("getComputedStyle(document.querySelector('.gate')).display") == "grid"
    context.set_offline(False)
    page.get_by_role("link", name="Try again").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    context.close()
