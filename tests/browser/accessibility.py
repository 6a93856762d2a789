"""What must hold of any page: axe-core's rules, no sideways scroll, one first heading, a focus that shows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.sync_api import Page

#: axe-core by Deque Systems, MPL 2.0, as npm has it.
AXE = Path(__file__).parent / "axe" / "axe-core-4.14.1.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
#: What else may be wrong in other colours, and at another width.
IN_COLOURS = ("color-contrast", "link-in-text-block")
ON_A_PHONE = (*IN_COLOURS, "target-size", "scrollable-region-focusable", "region", "aria-hidden-focus")
#: Rule of axe-core -> why we do not obey it.
NOT_OBEYED: dict[str, str] = {}

#: Colours are measured as they come to be, not on their way there; the pages' policy allows no style from elsewhere.
STILL = """{
    const still = new CSSStyleSheet();
    still.replaceSync("*, ::before, ::after { transition: none !important; animation: none !important; }");
    document.adoptedStyleSheets = [still];
}"""

_RUN = """async ([tags, off, only, within]) => {
    const rules = Object.fromEntries(off.map((rule) => [rule, { enabled: false }]));
    const runOnly = only.length ? { type: "rule", values: only } : { type: "tag", values: tags };
    const found = await axe.run(within ?? document, { runOnly, rules, resultTypes: ["violations"] });
    return found.violations.map((each) => [each.id, each.nodes.map((node) => `${node.target.join(" ")} ${
        node.any.concat(node.all, node.none).map((check) => check.message).join("; ").slice(0, 200)}`)]);
}"""

_OPENED = f"""async ([tags, off, only]) => {{
    const run = {_RUN}, wrong = [];
    for (const box of document.querySelectorAll("[popover], dialog:not([open])")) {{
        const isDialog = box.localName === "dialog";
        isDialog ? box.showModal() : box.showPopover();
        const found = await run([tags, off, only, box]);
        wrong.push(...found.map(([rule, places]) => [`${{rule}} in #${{box.id}}`, places]));
        isDialog ? box.close() : box.hidePopover();
    }}
    return wrong;
}}"""

_SIDEWAYS = """() => {
    const width = document.documentElement.clientWidth;
    if (document.scrollingElement.scrollWidth <= width) return [];
    return [...document.querySelectorAll("body *")].filter((each) => each.getBoundingClientRect().right > width + 1)
        .slice(0, 5).map((each) => `${each.localName}.${each.className} reaches ${each.getBoundingClientRect().right}`);
}"""

_UNSEEN_FOCUS = """() => {
    const looks = (place) => {
        const style = getComputedStyle(place);
        const outline = style.outlineStyle === "none" ? "" : `${style.outlineWidth} ${style.outlineColor}`;
        return [outline, style.boxShadow, style.borderColor, style.backgroundColor].join();
    };
    const around = (place) => [place, place.parentElement, place.closest("label, form"), place.nextElementSibling,
        ...(place.labels ?? [])].filter(Boolean);
    const seen = new Set(), unseen = [];
    for (const each of document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex='0']")) {
        const kind = `${each.localName}.${each.className}.${each.type ?? ""}`;
        if (seen.has(kind) || each.disabled || each.type === "hidden" || !each.checkVisibility()) continue;
        seen.add(kind);
        document.activeElement?.blur();
        const before = around(each).map(looks);
        each.focus({ focusVisible: true, preventScroll: true });
        if (document.activeElement === each && around(each).every((place, at) => looks(place) === before[at]))
            unseen.push(kind);
    }
    document.activeElement?.blur();
    return unseen;
}"""


def violations(page: Page, *only: str) -> list[str]:
    """What axe-core finds, of all rules or of some."""
    return _told(page.evaluate(_RUN, [TAGS, list(NOT_OBEYED), list(only), None]))


def violations_of_what_opens(page: Page, *only: str) -> list[str]:
    """The same, in each menu and dialog of the page, opened one after the other."""
    return _told(page.evaluate(_OPENED, [TAGS, list(NOT_OBEYED), list(only)]))


def sideways(page: Page) -> list[str]:
    """What reaches beyond the right edge, when the page can be pushed sideways."""
    return [f"scrolls sideways: {each}" for each in page.evaluate(_SIDEWAYS)]


def unseen_focus(page: Page) -> list[str]:
    """Controls that look no different with the focus, one of each kind."""
    return [f"focus cannot be seen: {each}" for each in page.evaluate(_UNSEEN_FOCUS)]


def headings(page: Page) -> list[str]:
    count = page.locator("h1:visible").count()
    return [] if count == 1 else [f"{count} first headings"]


def _told(found: list[Any]) -> list[str]:
    return [f"{rule}: {place}" for rule, places in found for place in places]
