"""Secrets that we must be able to read again, as they lie in the database: encrypted, with a name for their key."""

from __future__ import annotations

import hashlib
import hmac
from functools import cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.signals import setting_changed


class Unreadable(Exception):
    """None of our keys opens it: the key that closed it is gone, or the text is damaged."""


def encrypt(secret: str) -> str:
    """ "<key id>:<token>", closed with the first of settings.ENCRYPTION_KEYS."""
    key = settings.ENCRYPTION_KEYS[0]
    return f"{key_id(key)}:{Fernet(key).encrypt(secret.encode()).decode()}"


def decrypt(stored: str) -> str:
    """What encrypt() was given, opened with whichever key closed it. Raises Unreadable."""
    try:
        return _keyring().decrypt(stored.partition(":")[2].encode()).decode()
    except InvalidToken:
        raise Unreadable(f"No key opens this secret (it was closed with key {stored.partition(':')[0]}).") from None


def is_current(stored: str) -> bool:
    """Whether the newest key closed it; the others wait for `manage.py rotate_secrets`."""
    return stored.partition(":")[0] == key_id(settings.ENCRYPTION_KEYS[0])


def blinded(text: str, key: bytes) -> str:
    """HMAC-SHA256 in hex. A plain digest of a phone number would be found by trying all phone numbers."""
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def key_id(key: str) -> str:
    """A short name for a key, from which the key can't be guessed."""
    return hashlib.sha256(key.encode()).hexdigest()[:8]


@cache
def _keyring() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.ENCRYPTION_KEYS])


def _forget_keys(*, setting: str, **_: object) -> None:
    if setting == "ENCRYPTION_KEYS":
        _keyring.cache_clear()


setting_changed.connect(_forget_keys)  # sent by tests that override settings, by nothing else
