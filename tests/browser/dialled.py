"""What would have been dialled; nothing is."""

from __future__ import annotations

from playwright.sync_api import Page, expect

#: For a page: each number dialled is written down on its first element.
LISTEN = """
    document.addEventListener("click", (event) => {
        const link = event.target.closest?.("a[href^='tel:']");
        if (!link) return;
        event.preventDefault();
        const kept = document.documentElement.dataset;
        kept.dialled = `${kept.dialled ?? ""} ${link.getAttribute("href")}`.trim();
    }, true);
"""


def expect_dialled(page: Page, *numbers: str) -> None:
    """These, one after the other. (The page's policy forbids what Playwright's wait_for_function does.)"""
    wanted = " ".join(f"tel:{number}" for number in numbers)
    expect(page.locator("html")).to_have_attribute("data-dialled", wanted)


def expect_nothing_dialled(page: Page) -> None:
    assert page.locator("html").get_attribute("data-dialled") is None
