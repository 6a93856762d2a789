"""How things look in every template: icons, money, lengths of time."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from functools import lru_cache

from django import template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()

_MINUTE, _HOUR, _DAY = 60, 3600, 86400


@register.simple_tag
def icon(name: str, css: str = "") -> SafeString:
    """A line icon of the sprite: {% icon "phone" %}, smaller with {% icon "phone" "icon--sm" %}."""
    return _use(name, f"icon {css}".strip())


@register.simple_tag
def glyph(name: str, css: str = "") -> SafeString:
    """A filled sign of the sprite, such as the contactability light: {% glyph "light-open" %}."""
    return _use(name, f"glyph {css}".strip())


@lru_cache(maxsize=512)
def _use(name: str, css: str) -> SafeString:
    return format_html('<svg class="{}" aria-hidden="true"><use href="{}#{}"/></svg>', css, static("icons.svg"), name)


@register.filter
def money(amount: Decimal | int | None) -> str:
    """Dollars, with cents only where there are any: $185,000 or $99.50."""
    if amount is None:
        return ""
    return f"${amount:,.0f}" if amount == int(amount) else f"${amount:,.2f}"


@register.filter
def short_money(amount: Decimal | int | None) -> str:
    """Dollars for a heading: $950, $62k, $3.42M."""
    value = Decimal(amount or 0)
    for size, unit in ((10**9, "B"), (10**6, "M")):
        if abs(value) >= size:
            return f"${value / size:.2f}{unit}"
    return f"${value / 1000:,.0f}k" if abs(value) >= 1000 else f"${value:,.0f}"


@register.filter("duration")
def length(seconds: float) -> str:
    """A length of time in its largest unit: 4 min, 2 h, 13 d."""
    if seconds < _HOUR:
        return f"{max(1, int(seconds // _MINUTE))} min"
    return f"{int(seconds // _HOUR)} h" if seconds < _DAY else f"{int(seconds // _DAY)} d"


@register.filter
def since(moment: dt.datetime | None) -> str:
    """How long ago a moment was: 4 min, 2 h, 13 d."""
    return "" if moment is None else length((timezone.now() - moment).total_seconds())
