"""No e-mail addresses and telephone numbers in logs and crash reports, wherever they come from."""

from __future__ import annotations

import re
from typing import Any

_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+")
_PHONE = re.compile(
    r"(?<![\w.:-])(?:\+\d{8,15}|1?\d{10}|\(\d{3}\) ?\d{3}[ -]?\d{4}|(?:1[ .-])?\d{3}[ .-]\d{3}[ .-]\d{4})(?![\w:-])"
)
_QUERY = re.compile(r"(?<=\?)[^\s\"'<>]+")
#: Whoever has such an address needs no other key.
_LINK = re.compile(
    r"(?<![\w/-])((?:/convoso)?/(?:recordings|upload|u|invitations|account/password/reset/key)/)[^\s/\"'<>?]+"
)


def redacted(text: str) -> str:
    """The text without e-mail addresses, telephone numbers, links, and query strings, which carry all that and keys."""
    return _PHONE.sub("[phone]", _EMAIL.sub("[e-mail]", _QUERY.sub("[query]", _LINK.sub(r"\1[link]", text))))


def redacted_all(value: Any) -> Any:
    """The same for every text inside lists and mappings."""
    if isinstance(value, str):
        return redacted(value)
    if isinstance(value, dict):
        return {key: redacted_all(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(redacted_all(each) for each in value)
    return value
