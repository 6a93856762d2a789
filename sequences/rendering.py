"""
Fill the blanks of a step's template by plain substitution.

No template engine: what a borrower typed into a form can't be a command, and is never looked at again for blanks.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from leads.models import Lead

#: The blanks that the contract documents; see RecoverBiz, "Template Variables".
VARIABLES = ("first_name", "last_name", "name", "company", "email", "property_address")

_BLANK = re.compile(r"(?<![ \t])(?P<before>,?[ \t]*)\{\{\s*(?P<name>\w+)\s*\}\}(?=(?P<mark>[.,;:!?])|(?P<gap>\s|\Z))?")
_STRAY_START = re.compile(r"\A[\s,;:]+")


def values_for(lead: Lead, *, company: str) -> dict[str, str]:
    """What the blanks mean for this lead. company is the name of the organisation that writes, not the lead's."""
    name = lead.name or f"{lead.first_name} {lead.last_name}"
    first, _, last = name.strip().partition(" ")
    return {
        "first_name": lead.first_name or first,
        "last_name": lead.last_name or last,
        "name": name,
        "company": company,
        "email": lead.email,
        "property_address": lead.property_address,
    }


def render(template: str, values: Mapping[str, str]) -> str:
    """The text with its blanks filled; an empty or unknown one leaves no gap and no lonely comma behind."""
    lost_its_start = False

    def fill(blank: re.Match[str]) -> str:
        nonlocal lost_its_start
        value = " ".join(values.get(blank["name"], "").split())
        if value:
            return f"{blank['before']}{value}"
        lost_its_start = lost_its_start or not blank.string[: blank.start()].strip()
        if blank["mark"]:
            return ""
        return blank["before"].rstrip()

    text = _BLANK.sub(fill, template)
    if lost_its_start:
        text = _capitalized(_STRAY_START.sub("", text))
    return text.strip()


def _capitalized(text: str) -> str:
    return text[:1].upper() + text[1:]
