"""How steps look: their variables stand out, their delays are words."""

from __future__ import annotations

import re

from django import template
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from sequences import words

register = template.Library()
_VARIABLE = re.compile(r"\{\{\s*(\w+)\s*\}\}")


@register.filter
def with_variables(text: str) -> SafeString:
    """The text with each {{variable}} as a chip that names it; one that is unknown is marked as such."""
    pieces = _VARIABLE.split(text)  # text, name, text, name, …
    chips = (escape(piece) if place % 2 == 0 else _chip(piece) for place, piece in enumerate(pieces))
    return mark_safe("".join(chips))  # noqa: S308  (every piece is escaped above)


def _chip(name: str) -> SafeString:
    if known := words.VARIABLE_NAMES.get(name):
        return format_html('<span class="var">{}</span>', known)
    return format_html('<span class="var var--unknown" title="{}">{}</span>', _("Nothing is put in its place"), name)


@register.filter
def share(part: int, whole: int) -> str:
    """A percentage for a figure beside another: 97 %, or nothing where there is nothing to tell."""
    return f"{100 * part / whole:.0f} %" if part and whole else ""


@register.simple_tag
def variable(name: str) -> str:
    """As it is written in a text: {% variable "first_name" %}."""
    return f"{{{{{name}}}}}"
