"""What every channel does, and the one place that loads them by name."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType
from typing import Protocol

from django.conf import settings
from django.core.signals import setting_changed
from django.utils.module_loading import import_string

_NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message as the provider gets it. reference is ours, unique, and the same at every attempt."""

    to: str
    body: str
    reference: str
    subject: str = ""
    sender: str = ""
    #: The organisation's settings at the provider, in the clear: external_id, sender, secret.
    account: Mapping[str, str] = field(default=_NOTHING, repr=False)
    #: Where the recipient of an e-mail ends them.
    unsubscribe_url: str = ""


@dataclass(frozen=True, slots=True)
class Accepted:
    """The provider has it now; provider_id is its own name for it."""

    provider_id: str


@dataclass(frozen=True, slots=True)
class Tried:
    """A message of unknown fate, tried at or after since; known: provider's ids that belong to other messages."""

    message: Outgoing
    since: dt.datetime
    now: dt.datetime
    known: frozenset[str] = frozenset()


class Refused(Exception):
    """
    The provider definitely did not take it. permanent: and never will, so that trying again is no use.

    has_opted_out: the provider knows that this person wants no more. account_trouble: it turns the account away,
    whatever the message, and somebody must look.
    """

    def __init__(
        self, code: str, words: str, *, permanent: bool, has_opted_out: bool = False, account_trouble: bool = False
    ) -> None:
        super().__init__(words)
        self.code = code
        self.words = words
        self.permanent = permanent
        self.has_opted_out = has_opted_out
        self.account_trouble = account_trouble


class Uncertain(Exception):
    """A timeout, a 5xx, a reset: the provider may or may not have taken it."""


class CannotTell(Exception):
    """The provider did not answer, or can't be asked, whether it took a message."""


class Channel(Protocol):
    name: str

    def send(self, message: Outgoing) -> Accepted:
        """Hand the message over, once. Raises Refused or Uncertain."""
        ...

    def lookup(self, tried: Tried) -> Accepted | None:
        """Whether the provider took this message; None: it proves that it did not. Raises CannotTell."""
        ...


class Testable(Protocol):
    """A channel whose accounts can be tried without a message."""

    def try_account(self, account: Mapping[str, str]) -> str:
        """What the provider says of an account that is well (Outgoing.account). Raises Refused or Uncertain."""
        ...


@cache
def channel_named(name: str) -> Channel:
    """The client that settings.CHANNELS has for "sms", "email" or a provider. Made once in each process."""
    channel: Channel = import_string(settings.CHANNELS[name])()
    return channel


def _forget_channels(*, setting: str, **_: object) -> None:
    if setting in {"CHANNELS", "SIMULATOR_LOG", "TWILIO_API_URL"}:
        channel_named.cache_clear()


setting_changed.connect(_forget_channels)  # sent by tests that override settings, by nothing else
