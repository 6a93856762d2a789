"""Spanish is whole: a new word in code or templates fails this until locale/es has it. See scripts/messages."""

from __future__ import annotations

import gettext
import re

import pytest

from tests.languages.extracting import ROOT, entries, words_of_code, words_of_templates

FOLDER = ROOT / "locale" / "es" / "LC_MESSAGES"
_PLACES = re.compile(r"%\(\w+\)[sd]|\{\w+\}|<[^>]+>")


@pytest.fixture(scope="module")
def spanish() -> dict[str, list[str]]:
    return entries(FOLDER / "django.po")


def test_every_word_is_translated(spanish: dict[str, list[str]]) -> None:
    words = {**dict(words_of_code()), **dict(words_of_templates())}
    assert len(words) > 1500
    missing = {word: where for word, where in words.items() if not all(spanish.get(word, [""]))}
    assert missing == {}, "run scripts/messages, then translate them in locale/es/LC_MESSAGES/django.po"


def test_nothing_is_guessed() -> None:
    assert "#, fuzzy" not in (FOLDER / "django.po").read_text()


def test_places_for_values_agree(spanish: dict[str, list[str]]) -> None:
    """A plural's one may leave its number out; and “a” may stand for it."""
    wrong = {}
    for word, said in spanish.items():
        for each in said:
            strange = set(_PLACES.findall(each)) - set(_PLACES.findall(word))
            lacking = set(_PLACES.findall(word)) - set(_PLACES.findall(each)) if len(said) == 1 else set()
            if word and (strange or lacking):
                wrong[word] = each
    assert wrong == {}


def test_spaces_and_line_ends_are_kept(spanish: dict[str, list[str]]) -> None:
    ends = {word: said for word, said in spanish.items() if word and any(_edges(each) != _edges(word) for each in said)}
    assert ends == {}


def _edges(words: str) -> tuple[str, str, int]:
    return words[: len(words) - len(words.lstrip())], words[len(words.rstrip()) :], words.count("\n")


@pytest.mark.parametrize("language", ["en", "es"])
def test_what_is_compiled_is_what_is_written(language: str) -> None:
    """django.mo is kept beside it, because a bare machine cannot make it."""
    folder = ROOT / "locale" / language / "LC_MESSAGES"
    with (folder / "django.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    catalogue: dict[object, str] = compiled._catalog  # type: ignore[attr-defined]
    stale = [
        word
        for word, said in entries(folder / "django.po").items()
        if word and said != ([catalogue.get(word)] if len(said) == 1 else [catalogue.get((word, n)) for n in range(3)])
    ]
    assert stale == [], "run scripts/messages"
