"""Cards by mouse: picked up, carried over a column, dropped."""

from __future__ import annotations

from playwright.sync_api import FloatRect, Locator, Page

_STILL = 180  # milliseconds until the cards around have made room


def card(page: Page, name: str) -> Locator:
    return page.locator("#board [data-lead]", has_text=name)


def box_of(place: Locator) -> FloatRect:
    found = place.bounding_box()
    assert found
    return found


def pick_up(page: Page, name: str) -> None:
    start = box_of(card(page, name).locator(".card__money"))
    page.mouse.move(start["x"] + 30, start["y"] + 8)
    page.mouse.down()
    page.mouse.move(start["x"] + 40, start["y"] + 18, steps=3)


def carry(page: Page, key: str, *, over: str = "", at: float = 0.25) -> None:
    """Into the column, over another card when one is named (0: its top, 1: its bottom)."""
    end = box_of(card(page, over) if over else page.locator(f"#stage-{key} [data-cards]"))
    x, y = end["x"] + end["width"] / 2, end["y"] + end["height"] * at
    page.mouse.move(x, y, steps=14)
    page.locator(f"#stage-{key} .is-ghost-item").wait_for()
    if over:
        page.wait_for_timeout(_STILL)
        page.mouse.move(x + 2, y + 2, steps=2)
        page.wait_for_timeout(_STILL)


def drag(page: Page, name: str, key: str, *, over: str = "", at: float = 0.25) -> None:
    pick_up(page, name)
    carry(page, key, over=over, at=at)
    page.mouse.up()
