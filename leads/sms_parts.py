"""How many texts a message makes, as carriers count; static/js/sms.js counts the same for those who type."""

from __future__ import annotations

import math

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ ÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("^{}\\[~]|€")


def parts(text: str) -> int:
    """160 characters of the GSM alphabet (some count twice) or 70 of any other make one."""
    if all(character in _BASIC or character in _EXTENDED for character in text):
        units, alone, joined = sum(1 + (character in _EXTENDED) for character in text), 160, 153
    else:
        units, alone, joined = len(text.encode("utf-16-le")) // 2, 70, 67
    return 1 if units <= alone else math.ceil(units / joined)
