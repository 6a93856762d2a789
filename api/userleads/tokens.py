"""JSON Web Tokens: what a log-in shows instead of a key (access), and what it gets the next one for (refresh)."""

from __future__ import annotations

import datetime as dt
import enum
import hashlib
import hmac
from dataclasses import dataclass
from typing import Any

import jwt
from django.conf import settings

ALGORITHM = "HS256"


class Use(enum.StrEnum):
    ACCESS = "access"
    REFRESH = "refresh"


class BadToken(Exception):
    """Not signed by us, or for another use."""


class TokenExpired(BadToken):
    """It was good once."""


@dataclass(frozen=True, slots=True)
class Token:
    """log_in is the id of the Credential that stands for the log-in; name tells a refresh token from the next."""

    log_in: int
    name: str


def is_token(secret: str) -> bool:
    """By its form: three parts, the first of which is a JSON object."""
    return secret.startswith("eyJ") and secret.count(".") == 2


def sign(use: Use, *, log_in: int, name: str, now: dt.datetime, life: dt.timedelta) -> str:
    claims = {"use": use, "sid": log_in, "jti": name, "iat": now, "exp": now + life}
    return jwt.encode(claims, _key(settings.SECRET_KEY), algorithm=ALGORITHM)


def read(secret: str, use: Use) -> Token:
    """Raises BadToken, TokenExpired. Signed with SECRET_KEY, or one that was before it."""
    for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        try:
            claims = jwt.decode(
                secret, _key(key), algorithms=[ALGORITHM], options={"require": ["exp", "sid", "jti", "use"]}
            )
        except jwt.InvalidSignatureError:
            continue
        except jwt.ExpiredSignatureError:
            raise TokenExpired from None
        except (jwt.InvalidTokenError, UnicodeError):
            raise BadToken from None
        return _token(claims, use)
    raise BadToken


def _token(claims: dict[str, Any], use: Use) -> Token:
    if claims["use"] != use:
        raise BadToken
    return Token(claims["sid"], claims["jti"])


def digest_of(name: str, password_mark: str) -> str:
    """
    What is kept of a refresh token: its name, bound to the password (User.get_session_auth_hash) that it was got with.

    Nobody finds a text with this SHA-256, so that it never passes for a key's.
    """
    return hmac.new(_key(settings.SECRET_KEY), f"{name} {password_mark}".encode(), hashlib.sha256).hexdigest()


def _key(secret_key: str) -> bytes:
    """Of its own, so that nothing else that SECRET_KEY signs is a token."""
    return hmac.new(secret_key.encode(), b"api.userleads.tokens", hashlib.sha256).digest()
