"""What opens when somebody presses Call: tel:, or what the organisation's telephone takes instead."""

from __future__ import annotations

import re
from urllib.parse import quote

from django.utils.translation import gettext as _

from leads.errors import InvalidValue

USUAL = "tel:{number}"
_SCHEME = re.compile(r"([a-z][a-z0-9+.\-]{1,30}):\S+\Z", re.ASCII | re.IGNORECASE)
#: These would run something in the page, or show what lies elsewhere as ours.
_NEVER = {"javascript", "data", "vbscript", "file", "blob", "about", "http", "view-source", "filesystem"}


def address_of(template: str, phone_e164: str) -> str:
    """The link for a number in E.164; in a web address it is quoted."""
    chosen = template or USUAL
    digits = phone_e164.removeprefix("+")
    number = quote(phone_e164, safe="") if chosen.lower().startswith("https:") else phone_e164
    return chosen.replace("{number}", number).replace("{digits}", digits)


def is_web(template: str) -> bool:
    """It opens beside the page, and not a program."""
    return template.lower().startswith("https:")


def tidied(given: str) -> str:
    """A template that may stand in a link. Raises InvalidValue with words for whoever wrote it."""
    template = given.strip()
    if not template:
        return ""
    match = _SCHEME.match(template)
    if match is None or match[1].lower() in _NEVER:
        raise InvalidValue(_("Write an address that opens a call, such as tel:{number} or https://…"), field="template")
    if "{number}" not in template and "{digits}" not in template:
        raise InvalidValue(_("Say where the number goes: {number} or {digits}."), field="template")
    return template
