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
    start = _where_it_rests(page, card(page, name).locator(".card__money"))
    page.mouse.move(start["x"] + 30, start["y"] + 8)
    page.mouse.down()
    page.mouse.move(start["x"] + 40, start["y"] + 18, steps=3)


def _where_it_rests(page: Page, part: Locator) -> FloatRect:
    """A card that was just put down is on its way for a moment, on a busy machine for a longer one."""
    box = box_of(part)
    while True:
        page.wait_for_timeout(60)
        if (again := box_of(part)) == box:
            return box
        box = again


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


class Finger:
    """One finger: pressed long enough it picks a card up."""

    def __init__(self, page: Page) -> None:
        self.page, self.cdp = page, page.context.new_cdp_session(page)
        self.at = (0.0, 0.0)

    def pick_up(self, name: str) -> None:
        box = box_of(card(self.page, name))
        self._touch("touchStart", box["x"] + 150, box["y"] + 40)
        self.page.locator("[data-lead].sortable-chosen").wait_for()

    def carry(self, key: str) -> None:
        end = box_of(self.page.locator(f"#stage-{key} [data-cards]"))
        (from_x, from_y), steps = self.at, 12
        x, y = end["x"] + end["width"] / 2, end["y"] + 40
        for step in range(1, steps + 1):
            share = step / steps
            self._touch("touchMove", from_x + (x - from_x) * share, from_y + (y - from_y) * share)
        self.page.locator(f"#stage-{key} .is-ghost-item").wait_for()

    def let_go(self) -> None:
        self.cdp.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

    def _touch(self, kind: str, x: float, y: float) -> None:
        self.at = (x, y)
        self.cdp.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
