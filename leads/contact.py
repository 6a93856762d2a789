"""Phone numbers and e-mail addresses in their normal forms."""

from __future__ import annotations

import re
from functools import lru_cache

import phonenumbers
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

_PLAIN = re.compile(r"[+(]?[\d\s().\-/+]*\Z", re.ASCII)
_NOT_DIGITS = re.compile(r"\D", re.ASCII)


def e164(given: str | None, *, country_code: str = "1") -> str | None:
    """
    The number in E.164 ("+14155551234"), or None when it can't be dialled as it stands.

    A leading + keeps 8 to 15 digits as they are; ten digits are read as North American, eleven as that with its 1.
    Whether the number is assigned to anybody is not asked: (415) 555-1234 passes. Vanity letters do not.
    """
    text = (given or "").strip()
    if not text or not _PLAIN.match(text):
        return None
    digits = _NOT_DIGITS.sub("", text)
    if text.startswith("+"):
        return f"+{digits}" if 8 <= len(digits) <= 15 and digits[0] != "0" else None
    if country_code != "1":
        full = country_code + digits.lstrip("0")
        return f"+{full}" if 8 <= len(full) <= 15 else None
    if len(digits) == 10 and digits[0] not in "01":
        return f"+1{digits}"
    if len(digits) == 11 and digits[0] == "1" and digits[1] not in "01":
        return f"+{digits}"
    return None


def national(number: str | None) -> str:
    """The number as its own country writes it: "(415) 555-1234"; international form outside North America."""
    if not number:
        return ""
    if number.startswith("+1") and len(number) == 12:
        return f"({number[2:5]}) {number[5:8]}-{number[8:]}"
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return number
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def country_code_of(number: str) -> str:
    """The country calling code of an E.164 number, without the plus."""
    if number.startswith("+1"):
        return "1"
    try:
        return str(phonenumbers.parse(number).country_code)
    except phonenumbers.NumberParseException:
        return ""


def is_email(given: str) -> bool:
    try:
        validate_email(given)
    except ValidationError:
        return False
    return len(given) <= 254


def split_name(name: str) -> tuple[str, str]:
    """First name and the rest: "Mary van Dyke" -> ("Mary", "van Dyke")."""
    first, _, last = name.strip().partition(" ")
    return first, last.strip()


def joined_name(first: str, last: str) -> str:
    return f"{first} {last}".strip()


@lru_cache(maxsize=4096)
def zones_of_prefix(prefix: str) -> tuple[str, ...]:
    """The IANA zones that a phone number of this prefix may lie in; () when nobody knows."""
    from phonenumbers import timezone

    try:
        zones = timezone.time_zones_for_geographical_number(phonenumbers.parse(prefix))
    except phonenumbers.NumberParseException:
        return ()
    return tuple(zone for zone in zones if zone != timezone.UNKNOWN_TIMEZONE)
