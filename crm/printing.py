"""
Templates that are filled in hundreds of times on one page.

The template is rendered once for each shape, with marks where the values go; each filling puts values between what
stands around the marks. The engine would look up, convert and escape every value again each time.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Mapping
from functools import lru_cache
from itertools import chain

from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

_MARK = re.compile("\ue000(\\w+)\ue001")


def filled(template: str, values: Mapping[str, str], **shape: Hashable) -> SafeString:
    """
    The template with its values, which are HTML already, and its shape: what decides in {% if %} and is the same often.

    Values may not be looked at in the template, only put out.
    """
    around, names = _printed(template, tuple(values), tuple(shape.items()), get_language())
    between = [values[name] for name in names]
    return mark_safe("".join(chain.from_iterable(zip(around, between, strict=False))) + around[-1])  # noqa: S308


@lru_cache(maxsize=1000)
def _printed(
    template: str, names: tuple[str, ...], shape: tuple[tuple[str, Hashable], ...], language: str | None
) -> tuple[list[str], list[str]]:
    """What stands around the values, and their names, in order; the words among it are of the current language."""
    marks = {name: mark_safe(f"\ue000{name}\ue001") for name in names}  # noqa: S308
    pieces = _MARK.split(render_to_string(template, {**marks, **dict(shape)}))
    return pieces[::2], pieces[1::2]
