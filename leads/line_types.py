"""What kind of line a phone number is, as far as the number itself says."""

from __future__ import annotations

from enum import StrEnum

import phonenumbers
from phonenumbers import PhoneNumberType


class LineType(StrEnum):
    MOBILE = "wireless"
    LANDLINE = "landline"
    VOIP = "voip"


_BY_NUMBER_TYPE = {
    PhoneNumberType.MOBILE: LineType.MOBILE,
    PhoneNumberType.FIXED_LINE: LineType.LANDLINE,
    PhoneNumberType.VOIP: LineType.VOIP,
}


def line_type_of(number: str) -> LineType | None:
    """
    The kind of an E.164 number, or None when its digits do not tell.

    They never do in North America, where a number may be carried from a landline to a mobile phone.
    """
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return None
    return _BY_NUMBER_TYPE.get(phonenumbers.number_type(parsed))


def line_type_named(text: str) -> LineType | None:
    """The kind that a carrier's word names: "wireless", "Mobile", "LANDLINE", "voip"."""
    word = text.strip().upper()
    return LineType.MOBILE if word == "WIRELESS" else LineType.__members__.get(word)
