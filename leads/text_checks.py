"""
What a text that no person wrote must not say. Each reason is a sentence for the person who looks at it then.

Whoever wrote it (a model, the composer, a borrower who talked a model into it) is not trusted here: only the text
counts, and what it may mention. A text that is held for nothing costs an advisor a glance; one that slips through may
cost a lender its licence. So the rules are narrow, and know no exception for a "not" in the sentence.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import phonenumbers

from crm.ai import rules
from leads.sms_parts import parts
from leads.text_patterns import (
    BLANKS,
    CLAIMS,
    DOMAIN,
    EMAIL,
    GREETING,
    INNER_WORKINGS,
    MONEY,
    OPT_OUT_ALLOWED,
    OPT_OUT_WORDS,
    ORDINARY_CAPITALS,
    SECRETS,
    SPELLED_LINK,
)

LONGEST_TEXT_PARTS = 3
LONGEST_EMAIL = 3000
LONGEST_SUBJECT = 120
#: So many words in a row that stand in the standing rules too did not come about by chance.
_LEAKED_WORDS = 8


@dataclass(frozen=True, slots=True)
class Known:
    """
    What a text may mention: names, amounts and papers that stand in our words, names that stand in theirs; links to
    these hosts and those below them; these numbers (their last ten digits) and e-mail addresses (in lower case).

    ours is what the organisation wrote, called what the borrower is called, theirs what they wrote; said is what we
    said before.
    """

    ours: str = ""
    called: str = ""
    theirs: str = ""
    hosts: frozenset[str] = frozenset()
    numbers: frozenset[str] = frozenset()
    emails: frozenset[str] = frozenset()
    said: tuple[str, ...] = ()


#: The empty string stands for the beginning.
_SENTENCE_BEGINS_AFTER = ("", ".", "!", "?", ":", "\n", "(", '"', "“", "-", "–", "—", "•", "*", "¿", "¡")

type Check = Callable[[str, Known], Iterator[str]]


def findings(text: str, known: Known, *, subject: str = "", is_email: bool = False) -> list[str]:
    """The reasons why a person should look at it first, without repetition; none when it may go out."""
    plain = _plain(text)
    whole = f"{_plain(subject)}\n{plain}".strip()
    found = [*_length(text, subject, is_email), *_hidden(f"{subject}{text}")]
    for check in _CHECKS:
        found += check(whole, known)
    return list(dict.fromkeys([*found, *_names(plain, known), *_repetition(plain, known)]))


def safe_to_show(text: str, known: Known) -> list[str]:
    """Why a text must not even be shown to advisors and partners, who may read names, figures and promises."""
    plain = _plain(text)
    found = [*_hidden(text), *_inner_workings(plain, known)]
    return list(dict.fromkeys([*found, *_links(plain, known), *_contacts(plain, known)]))


def _length(text: str, subject: str, is_email: bool) -> Iterator[str]:
    if not text.strip():
        yield "There is no text."
    elif not is_email and (count := parts(text)) > LONGEST_TEXT_PARTS:
        yield f"It makes {count} texts; {LONGEST_TEXT_PARTS} are the most."
    elif is_email and len(text) > LONGEST_EMAIL:
        yield f"It has {len(text)} characters; {LONGEST_EMAIL} are the most for an e-mail."
    if is_email and not subject.strip():
        yield "The e-mail has no subject."
    if len(subject) > LONGEST_SUBJECT:
        yield f"The subject has more than {LONGEST_SUBJECT} characters."


def _hidden(text: str) -> Iterator[str]:
    if any(unicodedata.category(character) in ("Cc", "Cf", "Co") and character not in "\n\r\t" for character in text):
        yield "It holds characters that can't be seen."
    if any(_mixes_alphabets(word) for word in text.split()):
        yield "It mixes letters of different alphabets in one word."


def _mixes_alphabets(word: str) -> bool:
    if word.isascii():
        return False
    scripts = {unicodedata.name(letter, "?").partition(" ")[0] for letter in word if letter.isalpha()}
    return "LATIN" in scripts and bool(scripts & {"CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE"})


def _claims(text: str, known: Known) -> Iterator[str]:
    yield from (reason for pattern, reason in CLAIMS if pattern.search(text))


def _amounts(text: str, known: Known) -> Iterator[str]:
    mentioned = {_amount(match[0]) for match in re.finditer(r"\d[\d,.]*", known.ours)}
    for match in MONEY.finditer(text):
        if _amount(match[0]) not in mentioned:
            yield f"It names an amount that nothing here mentions: {match[0].strip()}"


def _links(text: str, known: Known) -> Iterator[str]:
    without_emails = EMAIL.sub(" ", text)
    for match in DOMAIN.finditer(without_emails):
        host = match["host"].lower().rstrip(".")
        if not any(host == allowed or host.endswith(f".{allowed}") for allowed in known.hosts):
            yield f"It links to {host}, which is not among the organisation's link hosts."
    if SPELLED_LINK.search(without_emails) or re.search(r"(?<!\w)[a-z][a-z0-9+.-]{1,20}://\d", without_emails, re.I):
        yield "It holds a link in disguise."


def _contacts(text: str, known: Known) -> Iterator[str]:
    for match in EMAIL.finditer(text):
        if match[0].lower() not in known.emails:
            yield f"It gives an e-mail address that is not ours: {match[0]}"
    for found in phonenumbers.PhoneNumberMatcher(text, "US", leniency=phonenumbers.Leniency.POSSIBLE):
        if _digits(found.raw_string)[-10:] not in known.numbers:
            yield f"It gives a number that is not ours: {found.raw_string}"


def _secrets(text: str, known: Known) -> Iterator[str]:
    for match in SECRETS.finditer(text):
        if match[0].lower() not in known.ours.lower():
            yield f"It speaks of something that must not be sent by message: {match[0]}"


def _opt_out(text: str, known: Known) -> Iterator[str]:
    if OPT_OUT_WORDS.search(OPT_OUT_ALLOWED.sub(" ", text)):
        yield "It speaks of opting out; the system does that itself."


def _blanks(text: str, known: Known) -> Iterator[str]:
    if match := BLANKS.search(text):
        yield f"It has a blank that nobody filled in: {match[0]}"


def _inner_workings(text: str, known: Known) -> Iterator[str]:
    yield from (reason for pattern, reason in INNER_WORKINGS if pattern.search(text))
    words = _words(text)
    runs = {tuple(words[start : start + _LEAKED_WORDS]) for start in range(len(words) - _LEAKED_WORDS + 1)}
    if runs & _RULE_RUNS:
        yield "It repeats the rules that the writer was given."


def _names(text: str, known: Known) -> Iterator[str]:
    """Capitals inside a sentence are names; so is what follows a greeting."""
    may_be_greeted = _names_in(known.called) | ORDINARY_CAPITALS
    may_be_named = may_be_greeted | _names_in(known.ours) | _names_in(known.theirs)
    greeted = {match.start("name"): match["name"] for match in GREETING.finditer(text)}
    for name in greeted.values():
        if _bare(name) not in may_be_greeted:
            yield f"It addresses somebody else: {name}"
    strangers = [
        match[0]
        for match in re.finditer(r"[^\W\d_][\w'-]*", text)
        if _is_name_like(match[0])
        and match.start() not in greeted
        and text[: match.start()].rstrip(" ")[-1:] not in _SENTENCE_BEGINS_AFTER
        and _bare(match[0]) not in may_be_named
    ]
    if strangers:
        yield f"It names somebody or something that nothing here mentions: {', '.join(dict.fromkeys(strangers))}"


def _names_in(text: str) -> set[str]:
    return {_bare(word) for word in re.findall(r"[\w'-]+", _plain(text))}


def _is_name_like(word: str) -> bool:
    return word[0].isupper() and any(letter.islower() for letter in word)


def _repetition(text: str, known: Known) -> Iterator[str]:
    if text.strip() and _words(text) in [_words(said) for said in known.said]:
        yield "It says again, word for word, what was said before."


def _plain(text: str) -> str:
    """In one spelling: what looks like a letter, digit or dot is that letter, digit or dot."""
    return unicodedata.normalize("NFKC", text).replace("’", "'").replace("。", ".")


def _bare(word: str) -> str:
    return word.casefold().removesuffix("'s").strip("'-")


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)


def _amount(text: str) -> str:
    """ "$25,000.00" is 25000."""
    return _digits(re.sub(r"\.\d\d\b", "", text))


def _words(text: str) -> list[str]:
    return re.findall(r"[a-z']+", text.lower())


_CHECKS: tuple[Check, ...] = (
    _claims,
    _amounts,
    _links,
    _contacts,
    _secrets,
    _opt_out,
    _blanks,
    _inner_workings,
)
_RULE_WORDS = (_words(rules.WRITING), _words(rules.SUMMARIZING))
_RULE_RUNS = frozenset(
    tuple(words[start : start + _LEAKED_WORDS])
    for words in _RULE_WORDS
    for start in range(len(words) - _LEAKED_WORDS + 1)
)
