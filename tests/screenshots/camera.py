"""A browser that looks at pages at every width, in both colours."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.browser.accessibility import STILL
from tests.browser.conftest import LAUNCH
from tests.screenshots.pictures import THEMES, WIDTHS, Album, file_of

#: A letter is drawn the same on every machine, as far as its fonts are ours.
_SAME = ("--font-render-hinting=none", "--hide-scrollbars", "--force-color-profile=srgb")
#: Nothing is on its way, and every letter has its font.
_SETTLED = """() => document.fonts.status === "loaded"
    && !document.querySelector(".htmx-request, .htmx-swapping, .htmx-settling")"""


@contextmanager
def chromium(path: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=[*LAUNCH, *_SAME])
        yield browser
        browser.close()


def take(
    browser: Browser, base: str, session: str, pages: dict[str, str], album: Album, now: dt.datetime
) -> Iterator[str]:
    """Complaints of the pages. pages: address -> what it is called. session: of whoever has signed in, or none."""
    for width, height in WIDTHS.items():
        context = browser.new_context(
            base_url=base,
            viewport={"width": width, "height": height},
            reduced_motion="reduce",
            has_touch=width < 720,
            is_mobile=width < 720,
        )
        if session:
            context.add_cookies([{"name": "sessionid", "value": session, "url": base}])
        page = _page(context, now)
        for path, template in pages.items():
            yield from _look(page, path)
            for theme in THEMES:
                page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
                if path.startswith("/admin"):
                    page.reload()  # it asks for the system's colours once
                shot = page.screenshot(animations="disabled", caret="hide")
                album.add(file_of(template, width, theme), shot)
        context.close()


def _page(context: BrowserContext, now: dt.datetime) -> Page:
    context.add_init_script(STILL)
    page = context.new_page()
    page.clock.set_fixed_time(now)
    return page


def _look(page: Page, path: str) -> Iterator[str]:
    complaints: list[str] = []
    note = complaints.append
    page.once("pageerror", lambda error: note(f"{path}: {error}"))
    answer = page.goto(path)
    page.wait_for_function(_SETTLED)
    if answer and answer.status >= 500:
        note(f"{path}: {answer.status}")
    yield from complaints
