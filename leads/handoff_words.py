"""Whether a borrower asks for a person, in so many words."""

from __future__ import annotations

import re

_PERSON = (
    r"(?:person|human|human being|someone|somebody|agent|representative|rep|advisor|adviser|loan officer|operator)"
)
_ASKS = re.compile(
    rf"\A\W*(?:an? )?(?:real |live )?{_PERSON}(?: please)?\W*\Z"
    rf"|\b(?:speak|talk|chat)\b.{{0,20}}\b(?:to|with)\b.{{0,20}}\b{_PERSON}\b"
    r"|\b(?:real|live|actual) (?:person|human|agent)\b"
    r"|\bcall me\b|\bgive me a call\b",
    re.IGNORECASE,
)
_REFUSES = re.compile(r"\b(?:don.?t|do not|never|stop|no need)\b", re.IGNORECASE)


def asks_for_person(body: str) -> bool:
    """ "Can I talk to a real person?", "agent", "Call me" do; "Don't call me" does not."""
    text = body[:500]
    return bool(_ASKS.search(text)) and not _REFUSES.search(text)
