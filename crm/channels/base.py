"""What every channel does, and the one place that loads them by name."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Protocol

from django.conf import settings
from django.core.signals import setting_changed
from django.utils.module_loading import import_string


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message as the provider gets it. reference is ours, unique, and the same at every attempt."""

    to: str
    body: str
    reference: str
    subject: str = ""
    sender: str = ""


@dataclass(frozen=True, slots=True)
class Accepted:
    """The provider has it now; provider_id is its own name for it."""

    provider_id: str


class Refused(Exception):
    """The provider definitely did not take it. permanent: and never will, so that trying again is no use."""

    def __init__(self, code: str, words: str, *, permanent: bool) -> None:
        super().__init__(words)
        self.code = code
        self.words = words
        self.permanent = permanent


class Uncertain(Exception):
    """A timeout, a 5xx, a reset: the provider may or may not have taken it."""


class CannotTell(Exception):
    """The provider did not answer, or can't be asked, whether it took a message."""


class Channel(Protocol):
    name: str

    def send(self, message: Outgoing) -> Accepted:
        """Hand the message over, once. Raises Refused or Uncertain."""
        ...

    def lookup(self, reference: str) -> Accepted | None:
        """Whether the provider took the message with this reference; None: it proves it did not. Raises CannotTell."""
        ...


@cache
def channel_named(name: str) -> Channel:
    """The client for "sms" or "email", as settings.CHANNELS has it. Made once in each process."""
    channel: Channel = import_string(settings.CHANNELS[name])()
    return channel


def _forget_channels(*, setting: str, **_: object) -> None:
    if setting in {"CHANNELS", "SIMULATOR_LOG"}:
        channel_named.cache_clear()


setting_changed.connect(_forget_channels)  # sent by tests that override settings, by nothing else
