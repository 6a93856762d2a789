"""
Secrets that we must be able to read again, as they lie in the database: encrypted, with names for key and cipher.

    <key id>:2.<base64 of nonce and what AES-256-GCM made>
    <key id>:<Fernet token>                                 of earlier releases, still read; rotated into the other

The 256 bits of AES come of the key of 32 bytes by HKDF-SHA256. A nonce is 96 random bits, good for four thousand
million secrets by one key.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
from functools import cache

from cryptography.exceptions import InvalidTag
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

_GCM, _NONCE = "2.", 12


class Unreadable(Exception):
    """None of our keys opens it: the key that closed it is gone, or the text is damaged."""


def encrypt(secret: str) -> str:
    """Closed with the first of settings.ENCRYPTION_KEYS."""
    key = settings.ENCRYPTION_KEYS[0]
    if settings.CLOSE_AS_BEFORE:
        return f"{key_id(key)}:{Fernet(key).encrypt(secret.encode()).decode()}"
    nonce = os.urandom(_NONCE)
    closed = nonce + _cipher(key).encrypt(nonce, secret.encode(), None)
    return f"{key_id(key)}:{_GCM}{base64.urlsafe_b64encode(closed).decode()}"


def decrypt(stored: str) -> str:
    """What encrypt() was given, opened with the key that closed it. Raises Unreadable."""
    name, _, token = stored.partition(":")
    keys = {key_id(key): key for key in settings.ENCRYPTION_KEYS}
    try:
        if not token.startswith(_GCM):
            return MultiFernet([Fernet(key) for key in keys.values()]).decrypt(token.encode()).decode()
        closed = base64.urlsafe_b64decode(token.removeprefix(_GCM))
        return _cipher(keys[name]).decrypt(closed[:_NONCE], closed[_NONCE:], None).decode()
    except (InvalidToken, InvalidTag, KeyError, ValueError):
        raise Unreadable(f"No key opens this secret (it was closed with key {name}).") from None


def is_current(stored: str) -> bool:
    """Whether the newest key and cipher closed it; the others wait for `manage.py rotate_secrets`."""
    name, _, token = stored.partition(":")
    return name == key_id(settings.ENCRYPTION_KEYS[0]) and (token.startswith(_GCM) or settings.CLOSE_AS_BEFORE)


def blinded(text: str, key: bytes) -> str:
    """HMAC-SHA256 in hex. A plain digest of a phone number would be found by trying all phone numbers."""
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def key_id(key: str) -> str:
    """A short name for a key, from which the key can't be guessed."""
    return hashlib.sha256(key.encode()).hexdigest()[:8]


@cache
def _cipher(key: str) -> AESGCM:
    secret = base64.urlsafe_b64decode(key)
    return AESGCM(HKDF(algorithm=SHA256(), length=32, salt=None, info=b"leadwright secret").derive(secret))
