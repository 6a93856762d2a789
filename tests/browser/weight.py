"""What a page weighs: itself, and all that it asks for while it opens."""

from __future__ import annotations

import gzip
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from django.contrib.staticfiles import finders
from playwright.sync_api import Page

_ASKED = """() => [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
    .map((each) => [each.name, each.decodedBodySize])"""


class Weight(NamedTuple):
    """In bytes: as the web server sends it (static files are compressed when it starts), and before compression."""

    on_the_wire: int
    before: int


def weight(page: Page) -> Weight:
    asked = [(urlsplit(url).path, size) for url, size in page.evaluate(_ASKED)]
    return Weight(sum(min(size, _sent(path) or size) for path, size in asked), sum(size for _path, size in asked))


@lru_cache
def _sent(path: str) -> int:
    """0 for what is no static file."""
    file = finders.find(path.removeprefix("/static/")) if path.startswith("/static/") else None
    return len(gzip.compress(Path(str(file)).read_bytes())) if file else 0
