"""LendWorks' words for what can go wrong: {"errors": [{code, message, detail}], "meta": {requestId}}."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from api.refusals import Condition, Refusal, Refused
from api.tls import IN_CLEAR

_INVALID_KEY = Refusal(401, "INVALID_API_KEY", "The API key is not valid")
_FORBIDDEN = Refusal(403, "FORBIDDEN", "The API key may not do this")
_INVALID = Refusal(422, "VALIDATION_ERROR", "The request failed validation")
_NOT_FOUND = Refusal(404, "NOT_FOUND", "The requested resource was not found")
_CONFLICT = Refusal(409, "CONFLICT", "The request conflicts with another one")
_KEY_RULE = "Idempotency-Key must be 1 to 256 characters: letters, digits, underscores and hyphens"

REFUSALS: Mapping[Condition, Refusal] = {
    Condition.IN_CLEAR: _FORBIDDEN.saying(IN_CLEAR),
    Condition.NO_CREDENTIAL: Refusal(401, "API_KEY_REQUIRED", "An API key is required: Authorization: Bearer lw_…"),
    Condition.UNKNOWN_CREDENTIAL: _INVALID_KEY,
    Condition.WRONG_KIND: _INVALID_KEY,
    Condition.REVOKED: Refusal(401, "API_KEY_REVOKED", "The API key has been revoked"),
    Condition.EXPIRED: Refusal(401, "API_KEY_EXPIRED", "The API key has expired"),
    Condition.NOT_PERMITTED: _FORBIDDEN,
    Condition.ORGANIZATION_INACTIVE: _FORBIDDEN.saying("The organization of this API key is not active"),
    Condition.NOT_FOUND: _NOT_FOUND,
    Condition.METHOD_NOT_ALLOWED: Refusal(405, "METHOD_NOT_ALLOWED", "The method is not allowed here"),
    Condition.MALFORMED: Refusal(400, "BAD_REQUEST", "The request body is not valid JSON"),
    Condition.INVALID: _INVALID,
    Condition.TOO_LARGE: Refusal(413, "PAYLOAD_TOO_LARGE", "The request body is too large"),
    Condition.UNSUPPORTED_MEDIA_TYPE: Refusal(415, "UNSUPPORTED_MEDIA_TYPE", "The request body must be JSON"),
    Condition.CONFLICT: _CONFLICT,
    Condition.RATE_LIMITED: Refusal(429, "RATE_LIMIT_EXCEEDED", "Rate limit exceeded"),
    Condition.SERVER_ERROR: Refusal(500, "INTERNAL_ERROR", "Internal Server Error"),
}

#: By the code of a leads.errors.DomainError; all others are validation errors.
DOMAIN_REFUSALS: Mapping[str, Refusal] = {
    "duplicate_lead": _CONFLICT,
    "changed": _NOT_FOUND,  # this contract knows no versions: only a lead deleted meanwhile has changed too much
}

INVALID_IDEMPOTENCY_KEY = Refusal(422, "INVALID_IDEMPOTENCY_KEY", _KEY_RULE)
IDEMPOTENCY_CONFLICT = Refusal(409, "IDEMPOTENCY_CONFLICT", "A request with this idempotency key is still in progress")
IDEMPOTENCY_KEY_REUSED = Refusal(
    422, "IDEMPOTENCY_KEY_REUSED", "This idempotency key was used for a request with a different body"
)


def envelope(refusals: Sequence[Refusal], request_id: str) -> Mapping[str, Any]:
    """One entry for each refusal; detail names the field and whatever else is known."""
    return {"errors": [_entry(refusal) for refusal in refusals], "meta": {"requestId": request_id}}


def _entry(refusal: Refusal) -> Mapping[str, Any]:
    detail = ({"field": refusal.field} if refusal.field else {}) | dict(refusal.detail)
    return {"code": refusal.code, "message": refusal.message} | ({"detail": detail} if detail else {})


def invalid(words_by_field: Mapping[str, Any]) -> Refused:
    """To raise: one validation error for each field, from words such as "must be a string" or a serializer's errors."""
    return Refused(
        *(
            _INVALID.saying("Field '{}{}' {}".format(field, *_first(words)), field=field)
            for field, words in words_by_field.items()
        )
    )


def _first(words: Any) -> tuple[str, str]:
    """The place within the field ("[2]" for the third of a list) and the words of the first of its errors."""
    if isinstance(words, Mapping):
        key, inner = next(iter(words.items()))
        place, text = _first(inner)
        return f"[{key}]{place}", text
    if isinstance(words, list | tuple):
        return _first(words[0])
    return "", str(words)
