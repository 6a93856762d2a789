"""This contract's words for what can go wrong: {"error": "…"}. The document has none; status and words are ours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from api.refusals import Condition, Refusal
from api.tls import IN_CLEAR

_UNAUTHORIZED = Refusal(401, "unauthorized", "Invalid or missing API key")
_FORBIDDEN = Refusal(403, "forbidden", "This API key may not do this")
_INVALID = Refusal(422, "invalid", "The request failed validation")
_NOT_FOUND = Refusal(404, "not_found", "Not found")
_CONFLICT = Refusal(409, "conflict", "The request conflicts with another one")

REFUSALS: Mapping[Condition, Refusal] = {
    Condition.IN_CLEAR: _FORBIDDEN.saying(IN_CLEAR),
    Condition.NO_CREDENTIAL: _UNAUTHORIZED,
    Condition.UNKNOWN_CREDENTIAL: _UNAUTHORIZED,
    Condition.WRONG_KIND: _UNAUTHORIZED,
    Condition.REVOKED: _UNAUTHORIZED.saying("This API key has been revoked"),
    Condition.EXPIRED: _UNAUTHORIZED.saying("This API key has expired"),
    Condition.NOT_PERMITTED: _FORBIDDEN,
    Condition.ORGANIZATION_INACTIVE: _FORBIDDEN.saying("The organization of this API key is not active"),
    Condition.NOT_FOUND: _NOT_FOUND,
    Condition.METHOD_NOT_ALLOWED: Refusal(405, "method_not_allowed", "This method is not allowed here"),
    Condition.MALFORMED: Refusal(400, "malformed", "The request body is not valid JSON"),
    Condition.INVALID: _INVALID,
    Condition.TOO_LARGE: Refusal(413, "too_large", "The request body is too large"),
    Condition.UNSUPPORTED_MEDIA_TYPE: Refusal(415, "unsupported_media_type", "The request body must be JSON"),
    Condition.CONFLICT: _CONFLICT,
    Condition.RATE_LIMITED: Refusal(429, "rate_limited", "Too many requests"),
    Condition.SERVER_ERROR: Refusal(500, "server_error", "Something went wrong on our side"),
}

#: By the code of a leads.errors.DomainError; all others are validation errors.
DOMAIN_REFUSALS: Mapping[str, Refusal] = {
    "duplicate_lead": _CONFLICT,
    "changed": _NOT_FOUND,  # this contract knows no versions: only a lead deleted meanwhile has changed too much
}


def envelope(refusals: Sequence[Refusal]) -> Mapping[str, Any]:
    """The body of every error answer: what is wrong, each field with its name."""
    return {"error": "; ".join(dict.fromkeys(_words(refusal) for refusal in refusals))}


def _words(refusal: Refusal) -> str:
    return f"{refusal.field}: {refusal.message}" if refusal.field else refusal.message
