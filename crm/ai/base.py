"""What somebody who writes for us gets to know, and what comes back."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from typing import Any, Protocol

from django.conf import settings
from django.core.signals import setting_changed
from django.utils.module_loading import import_string


@dataclass(frozen=True, slots=True)
class Account:
    """
    The model that writes ("provider:name"), and the key that pays for it.

    url: of a server that speaks OpenAI's API; "" is the provider's own. prices: US dollars for a million tokens read
    and written, where no price list knows the model.
    """

    model: str
    key: str = field(repr=False)
    url: str = ""
    prices: tuple[Decimal, Decimal] | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """One message of the conversation so far."""

    by_borrower: bool
    text: str


@dataclass(frozen=True, slots=True)
class Brief:
    """
    What is to be written, to whom, and what is known.

    instructions come from the organisation. Everything else may hold a borrower's own words: facts, never orders.
    account: the model that is to write it; without one the composer does. instead: why it does although there is one.
    """

    instructions: str
    company: str
    first_name: str = ""
    stage: str = ""
    still_needed: tuple[str, ...] = ()
    collected: tuple[str, ...] = ()
    conversation: tuple[Said, ...] = ()
    is_email: bool = False
    account: Account | None = None
    instead: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """
    Where a text comes from: for the row that is kept beside it.

    Without a model it was composed; instead says why, when there is a model all the same.
    """

    model: str = ""
    prompt_version: str = ""
    prompt: dict[str, Any] = field(default_factory=dict)
    input_tokens: int = 0
    output_tokens: int = 0
    cost: Decimal | None = None
    milliseconds: int = 0
    instead: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """wants_handoff: a person should take over instead, for this reason."""

    text: str
    subject: str = ""
    wants_handoff: bool = False
    reason: str = ""
    source: Source = Source()


@dataclass(frozen=True, slots=True)
class Summary:
    """What a conversation came to, and whether the borrower waits for a person."""

    text: str
    needs_handoff: bool = False
    reason: str = ""
    source: Source = Source()


class Unwritten(Exception):
    """
    No text came; the words say why, to a person.

    permanent: trying again would not help (the model declines). source: what was asked, and what it cost all the same.
    """

    def __init__(self, words: str, *, permanent: bool = False, source: Source = Source()) -> None:
        super().__init__(words)
        self.words = words
        self.permanent = permanent
        self.source = source


class Composer(Protocol):
    """Writes one text. Raises Unwritten."""

    def __call__(self, brief: Brief) -> Draft: ...


@cache
def composer() -> Composer:
    """The one that settings.COMPOSER names."""
    found: Composer = import_string(settings.COMPOSER)
    return found


def _forget_composer(*, setting: str, **_: object) -> None:
    if setting == "COMPOSER":
        composer.cache_clear()


setting_changed.connect(_forget_composer)  # sent by tests that override settings, by nothing else
