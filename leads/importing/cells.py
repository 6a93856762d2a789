"""What people mean by the text in a cell. Each raises InvalidValue with words for whoever made the file."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping

from django.utils.translation import gettext as _

from leads import contact, fields
from leads.errors import InvalidValue
from leads.zones import is_zone

_SHORTENED = re.compile(r"\d(\.\d+)?[eE]\+?\d+\Z", re.ASCII)
_WHOLE = re.compile(r"\d+\.0+\Z", re.ASCII)
_AMOUNT = re.compile(r"(\d{1,12}(?:\.\d+)?)([km]?)\Z", re.ASCII)
_NUMBERS = re.compile(r"(\d{1,4})[-/.](\d{1,2})[-/.](\d{1,4})\Z", re.ASCII)
_MONTHS_IN_WORDS = ("%b %d %Y", "%B %d %Y", "%d %b %Y", "%d %B %Y", "%d-%b-%Y", "%d-%b-%y")
_THOUSANDS = {"": 1, "k": 1_000, "m": 1_000_000}
_YES = frozenset({"1", "yes", "y", "true", "t", "x", "on", "si", "sí", "do not call", "dnc"})
_NO = frozenset({"", "0", "no", "n", "false", "f", "off"})


def unescaped(cell: str) -> str:
    """Without the apostrophe that files of ours, and others', put before what a spreadsheet would compute."""
    return cell[1:] if len(cell) > 1 and cell[0] == "'" and cell[1] in "=+-@" else cell


def plain(cell: str) -> str:
    return cell


def phone(cell: str) -> str:
    """As it was given; .0 is what spreadsheets add."""
    if _SHORTENED.match(cell):
        raise InvalidValue(_("The spreadsheet has shortened the phone number to %(cell)s.") % {"cell": cell})
    given = cell[: cell.index(".")] if _WHOLE.match(cell) else cell
    if contact.e164(given) is None:
        raise InvalidValue(_("“%(cell)s” is not a phone number that can be dialled.") % {"cell": cell[:40]})
    return given


def other_phone(cell: str) -> str:
    """A second number may be anything."""
    return cell[: cell.index(".")] if _WHOLE.match(cell) else cell


def email(cell: str) -> str:
    if not contact.is_email(cell):
        raise InvalidValue(_("“%(cell)s” is not an e-mail address.") % {"cell": cell[:60]})
    return cell


def amount(cell: str) -> str:
    """ "$85,000", "85k" and "85000.505" are amounts."""
    bare = re.sub(r"[\s,$]|usd", "", cell, flags=re.IGNORECASE).lower()
    found = _AMOUNT.match(bare)
    if found is None:
        raise InvalidValue(_("“%(cell)s” is not an amount such as 85000.") % {"cell": cell[:40]})
    value = float(found[1]) * _THOUSANDS[found[2]]
    exact = found[1] if not found[2] and len(found[1].partition(".")[2]) <= 2 else f"{value:.2f}"
    fields.amount(exact, field="amount")
    return exact.removesuffix(".00")


def date(cell: str, *, day_first: bool = False) -> str:
    """YYYY-MM-DD. day_first decides only what could be read both ways."""
    given = cell.split("T")[0].split(" ")[0] if cell[:4].isdecimal() else cell
    parsed = _in_numbers(given, day_first) or _in_words(cell)
    if parsed is None:
        raise InvalidValue(_("“%(cell)s” is not a date.") % {"cell": cell[:40]})
    return parsed.isoformat()


def _in_numbers(given: str, day_first: bool) -> dt.date | None:
    found = _NUMBERS.match(given)
    if found is None:
        return None
    first, second, third = (int(part) for part in found.groups())
    if len(found[1]) == 4:
        return _date(first, second, third)
    year = third if len(found[3]) == 4 else _century(third)
    if second > 12:
        day_first = False
    elif first > 12:
        day_first = True
    return _date(year, second, first) if day_first else _date(year, first, second)


def _century(year: int) -> int:
    """Years of birth and of businesses: 30 and later are of the last century."""
    return year + (2000 if year < 30 else 1900)


def _date(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def _in_words(cell: str) -> dt.date | None:
    words = " ".join(cell.replace(",", " ").split())
    for pattern in _MONTHS_IN_WORDS:
        try:
            return dt.datetime.strptime(words, pattern).replace(tzinfo=dt.UTC).date()
        except ValueError:
            continue
    return None


def postal_code(cell: str) -> str:
    """A spreadsheet takes the leading zeros of New England's postal codes away."""
    given = cell[: cell.index(".")] if _WHOLE.match(cell) else cell
    return given.zfill(5) if given.isascii() and given.isdecimal() and len(given) in (3, 4) else given


def is_yes(cell: str) -> bool:
    word = cell.strip().lower()
    if word not in _YES | _NO:
        raise InvalidValue(_("“%(cell)s” is neither yes nor no.") % {"cell": cell[:40]})
    return word in _YES


def zone(cell: str) -> str:
    if not is_zone(cell):
        raise InvalidValue(_("“%(cell)s” is not a time zone such as America/Chicago.") % {"cell": cell[:40]})
    return cell


def one_of[T](known: Mapping[str, T], cell: str, *, words: str) -> T:
    """known: by casefolded name; words say what it is not."""
    try:
        return known[" ".join(cell.split()).casefold()]
    except KeyError:
        raise InvalidValue(words % {"cell": cell[:60]}) from None
