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
    .map((each) => [each.name, each.encodedBodySize, each.decodedBodySize])"""


class Weight(NamedTuple):
    """In bytes: as the web server sends it (static files are compressed when it starts), and before compression."""

    on_the_wire: int
    before: int


def weight(page: Page) -> Weight:
    asked = page.evaluate(_ASKED)
    on_the_wire = sum(min(sent, _compressed(urlsplit(url).path) or sent) for url, sent, _size in asked)
    return Weight(on_the_wire, sum(size for _url, _sent, size in asked))


@lru_cache
def _compressed(path: str) -> int:
    """0 for what is no static file."""
    file = finders.find(path.removeprefix("/static/")) if path.startswith("/static/") else None
    return len(gzip.compress(Path(str(file)).read_bytes())) if file else 0
