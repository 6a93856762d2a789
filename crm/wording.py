"""
Sentences that are kept: written down in English, read in the reader's language.

Why a message was held, who opted out and how, what a job did: such words lie in rows, and the record must say the same
to everybody for good. So they are made and stored in English, and spoken() turns them into the current language when a
page shows them. The modules called sentences.py have them all, with {names} where values stand.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache, lru_cache

from django.utils.dates import MONTHS_3, WEEKDAYS_ABBR
from django.utils.translation import get_language, gettext, override

ENGLISH = "en"
_PLACE = re.compile(r"\{(\w+)\}|%\((\w+)\)s")
#: Sentences with values -> what finds them.
_KNOWN: dict[str, re.Pattern[str]] = {}


def learn(sentences: Iterable[str]) -> None:
    """Sentences as they stand in the code, marked with gettext_noop; {name} or %(name)s stands for any words."""
    _KNOWN.update({sentence: _pattern(sentence) for sentence in sentences if _PLACE.search(sentence)})
    _spoken.cache_clear()
    _by_length.cache_clear()


def english() -> override:
    """with english(): words are made as they are to be stored."""
    return override(ENGLISH)


def in_english(words: object) -> str:
    """Words that may be translated lazily, as they are to be stored."""
    with english():
        return str(words)


def spoken(words: str) -> str:
    """The sentence in the current language; words that nobody knows, such as a person's own, stay as they are."""
    language = get_language() or ENGLISH
    return words if not words or language.startswith(ENGLISH) else _spoken(str(words), language)


@lru_cache(maxsize=4000)
def _spoken(words: str, language: str) -> str:
    """language is part of the key: the same words sound otherwise in another."""
    for whole, end in ((words, ""), (words.removesuffix("."), "."), (f"{words}.", "")):
        if (said := gettext(whole)) != whole:
            return said + end if len(whole) <= len(words) else said.removesuffix(".")
    for sentence, pattern in _by_length():
        if found := pattern.fullmatch(words):
            values = {name: _spoken(value, language) if value else "" for name, value in found.groupdict().items()}
            said = gettext(sentence)
            return said % values if "%(" in sentence else said.format_map(values)
    return _dated(words)


@cache
def _by_length() -> list[tuple[str, re.Pattern[str]]]:
    """Those with values; what says most by itself goes first, for others may fit by chance."""
    return sorted(_KNOWN.items(), key=lambda each: len(_PLACE.sub("", each[0])), reverse=True)


def _pattern(sentence: str) -> re.Pattern[str]:
    """A full stop at the end may be missing: pages leave it out within a line."""
    whole, at = "", 0
    for place in _PLACE.finditer(sentence):
        whole += re.escape(sentence[at : place.start()]) + f"(?P<{place[1] or place[2]}>.*?)"
        at = place.end()
    end = re.escape(sentence[at:])
    return re.compile(whole + (f"{end[:-2]}(?:\\.)?" if end.endswith(r"\.") else end), re.DOTALL)


_DAYS = dict(zip(("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"), WEEKDAYS_ABBR.values(), strict=True))
_MONTHS = dict(
    zip(
        ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
        MONTHS_3.values(),
        strict=True,
    )
)
_WEEKDAY = re.compile(rf"({'|'.join(_DAYS)})(?= \d)")
_DATE = re.compile(rf"(?<=\d )({'|'.join(_MONTHS)})\b")


def _dated(words: str) -> str:
    """ "Mon 08:00" and "21 Nov 2026" with the language's own names."""
    if not any(each.isdigit() for each in words) or len(words) > 30:
        return words
    words = _WEEKDAY.sub(lambda found: str(_DAYS[found[1]]), words)
    return _DATE.sub(lambda found: str(_MONTHS[found[1]]), words)
