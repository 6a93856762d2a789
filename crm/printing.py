"""
Templates that are filled in hundreds of times on one page.

The template is rendered once for each shape, with marks where the values go; each filling puts values between what
stands around the marks. The engine would look up, convert and escape every value again each time.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Mapping
from functools import lru_cache, wraps
from itertools import chain
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

_MARK = re.compile("\ue000(\\w+)\ue001")


def filled(template: str, values: Mapping[str, str], **shape: Hashable) -> SafeString:
    """
    The template with its values, which are HTML already, and its shape: what decides in {% if %} and is the same often.

    Values may not be looked at in the template, only put out.
    """
    around, names = _printed(template, tuple(values), tuple(shape.items()))
    between = [values[name] for name in names]
    return mark_safe("".join(chain.from_iterable(zip(around, between, strict=False))) + around[-1])  # noqa: S308


def kept_by_language[**P, R](maxsize: int) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Decorator: lru_cache for what has words in it, which are others for the next reader."""

    def keep(function: Callable[P, R]) -> Callable[P, R]:
        @lru_cache(maxsize=maxsize)
        def kept(_language: str | None, *args: Any) -> R:
            return function(*args)  # type: ignore[call-arg]

        @wraps(function)
        def said(*args: P.args, **_: P.kwargs) -> R:
            return kept(get_language(), *args)

        said.cache_clear = kept.cache_clear  # type: ignore[attr-defined]
        return said

    return keep


@kept_by_language(maxsize=1000)
def _printed(
    template: str, names: tuple[str, ...], shape: tuple[tuple[str, Hashable], ...]
) -> tuple[list[str], list[str]]:
    """What stands around the values, and their names, in order."""
    marks = {name: mark_safe(f"\ue000{name}\ue001") for name in names}  # noqa: S308
    pieces = _MARK.split(render_to_string(template, {**marks, **dict(shape)}))
    return pieces[::2], pieces[1::2]
