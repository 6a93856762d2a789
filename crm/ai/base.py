"""What somebody who writes for us gets to know, and what comes back."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Protocol

from django.conf import settings
from django.core.signals import setting_changed
from django.utils.module_loading import import_string


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
    """

    instructions: str
    company: str
    first_name: str = ""
    stage: str = ""
    still_needed: tuple[str, ...] = ()
    conversation: tuple[Said, ...] = ()
    is_email: bool = False


@dataclass(frozen=True, slots=True)
class Draft:
    text: str
    subject: str = ""


class Composer(Protocol):
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
