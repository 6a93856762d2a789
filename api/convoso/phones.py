"""Phone numbers as Convoso has them: a country code, and the digits that follow it."""

from __future__ import annotations

import re
from dataclasses import dataclass

import phonenumbers

from api.convoso.parameters import Parameters
from leads import contact
from leads.errors import InvalidPhone

_NOT_DIGITS = re.compile(r"\D", re.ASCII)
_CODES = tuple(str(code) for code in phonenumbers.COUNTRY_CODE_TO_REGION_CODE)
_LONGEST = 40


@dataclass(frozen=True, slots=True)
class Phone:
    """A number that can be dialled: as it was given, its country code, and in E.164."""

    given: str
    code: str
    e164: str

    @property
    def columns(self) -> dict[str, str]:
        return {"phone": self.given, "phone_code": self.code}


def phone_of(given: Parameters) -> Phone:
    """The number in phone_number and phone_code, filter_phone_code considered. Raises InvalidPhone."""
    return read(given.text("phone_number"), given.text("phone_code"), strip=given.flag("filter_phone_code"))


def read(text: str, code: str = "", *, strip: bool = False) -> Phone:
    """strip: the text may begin with the country code, which then goes where it belongs."""
    code = digits_of(code).lstrip("0")
    if code and code not in _CODES:
        raise InvalidPhone(text)
    if strip:
        text, code = _split(text, code)
    number = contact.e164(text, country_code=code or "1")
    code = contact.country_code_of(number) if number else ""
    if not number or not code:
        raise InvalidPhone(text)
    # Outside North America a national number alone would not say where it is.
    return Phone(text if code == "1" and len(text) <= _LONGEST else number, code, number)


def _split(text: str, code: str) -> tuple[str, str]:
    digits = digits_of(text)
    if text.startswith("+") or len(digits) > 10:
        own = code if code and digits.startswith(code) else contact.country_code_of(f"+{digits}")
        if own:
            return digits.removeprefix(own), own
    return text, code


def digits_of(text: str) -> str:
    return _NOT_DIGITS.sub("", text)


def local(e164: str | None, otherwise: str) -> str:
    """The digits without the country code; a number that can't be dialled as it was given."""
    if not e164:
        return otherwise
    return e164[1:].removeprefix(contact.country_code_of(e164))


def numbers_meant(text: str) -> list[str]:
    """Every E.164 number whose digits, with or without country code, are those of the text."""
    digits = digits_of(text)
    meant = {f"+{digits}", contact.e164(text), *(f"+{code}{digits}" for code in _CODES)}
    return sorted(number for number in meant if number and 8 <= len(number) - 1 <= 15)


def digits_meant(text: str) -> list[str]:
    """The digits of a North American number with and without its 1, of any other as they are."""
    digits = digits_of(text)
    short = digits.removeprefix("1") if len(digits) == 11 else digits
    return [short, f"1{short}"] if len(short) == 10 else [digits]
