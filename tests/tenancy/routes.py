"""The routes of the URLconf, as it has them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

ADMIN = "admin/"


def all_routes() -> Iterator[tuple[str, URLPattern]]:
    """Each pattern with its route, the prefixes of its includes before it."""
    yield from _below(get_resolver().url_patterns, "")


def _below(patterns: list[Any], prefix: str) -> Iterator[tuple[str, URLPattern]]:
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _below(pattern.url_patterns, route)
        else:
            yield route, pattern
