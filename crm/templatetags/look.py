"""How things look in every template: icons, money, lengths of time."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from functools import lru_cache

from django import template
from django.forms import BoundField
from django.templatetags.static import static
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString

from crm.devices import device_named
from crm.wording import spoken

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
def control(field: BoundField) -> SafeString:
    """A form's text field as our pages draw them."""
    return field.as_widget(attrs={"class": "input", "placeholder": False})  # its label says it


@register.filter
def said(words: object) -> str:
    """A sentence that is kept in English, in the reader's language: {{ message.state_reason|said }}."""
    return spoken(str(words or ""))


@register.filter
def device(user_agent: str) -> str:
    """Safari on iPhone, of a User-Agent."""
    return device_named(user_agent)


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


@register.filter
def percent(share: float | None) -> str:
    """A share of 1 for a reader: 9.6 %, 71 %."""
    if share is None:
        return ""
    value = 100 * share
    return f"{value:.1f} %" if 0 < value < 10 else f"{value:.0f} %"


@register.filter
def part_of(part: int, whole: int) -> str:
    """{{ 3|part_of:4 }} is 75 %."""
    return percent(part / whole) if whole else ""


@register.filter("duration")
def length(seconds: float) -> str:
    """A length of time in its largest unit: 4 min, 2 h, 13 d."""
    if seconds < _HOUR:
        return f"{max(1, int(seconds // _MINUTE))} min"
    return f"{int(seconds // _HOUR)} h" if seconds < _DAY else f"{int(seconds // _DAY)} d"


@register.filter
def day(moment: dt.datetime | None) -> str:
    """21 Nov, with its year when that is not this one; in the zone that is current."""
    if moment is None:
        return ""
    local = timezone.localtime(moment)
    return date_format(local, "j M" if local.year == timezone.localdate().year else "j M Y")


@register.filter
def since(moment: dt.datetime | None) -> str:
    """How long ago a moment was: 4 min, 2 h, 13 d."""
    return "" if moment is None else length((timezone.now() - moment).total_seconds())
