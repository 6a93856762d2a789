"""The names that this contract has for what we have."""

from __future__ import annotations

import re

from leads.models import Slot

#: Its statuses are the meanings of our stages.
STATUSES = tuple(Slot.values)

DEFAULT_PAGE_LENGTH, LONGEST_PAGE = 50, 100
REQUESTS_PER_MINUTE = 1000

#: Its schema has names for columns of leads, and "name" for that of companies; the longest texts that fit.
COMPANY_LENGTHS = {"name": 255, "industry": 100, "website": 255, "phone": 40}

_WHOLE = re.compile(r"-?[0-9]+\Z", re.ASCII)
#: Beyond any row; longer numbers would not fit the database's.
FAR = 10**18


def as_integer(text: str) -> int | None:
    """The whole number; None for any other text. One of more than 18 digits is as good as FAR."""
    if not _WHOLE.match(text):
        return None
    if len(text.lstrip("-0")) > 18:
        return -FAR if text.startswith("-") else FAR
    return int(text)


def as_id(text: str) -> int | None:
    """The id in an address; None for any text that is none."""
    return as_integer(text) if text.isdecimal() else None
