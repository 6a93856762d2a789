"""RecoverBiz's words for what can go wrong: {"error": {"code", "message", "status"}}."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from api.refusals import Condition, Refusal
from api.tls import IN_CLEAR

_UNAUTHORIZED = Refusal(401, "unauthorized", "Invalid or missing Partner API key")
_FORBIDDEN = Refusal(403, "forbidden", "This key has no access to this resource")
_INVALID = Refusal(422, "validation_error", "The request body failed validation")
_NOT_FOUND = Refusal(404, "not_found", "Account, lead or resource not found")
_DEACTIVATED = Refusal(403, "account_deactivated", "This account has been deactivated")
_DUPLICATE = Refusal(409, "duplicate_lead", "A lead with this external_id already exists")

REFUSALS: Mapping[Condition, Refusal] = {
    Condition.IN_CLEAR: _FORBIDDEN.saying(IN_CLEAR),
    Condition.NO_CREDENTIAL: _UNAUTHORIZED,
    Condition.UNKNOWN_CREDENTIAL: _UNAUTHORIZED,
    Condition.REVOKED: _UNAUTHORIZED,
    Condition.EXPIRED: _UNAUTHORIZED,
    Condition.WRONG_KIND: _UNAUTHORIZED,
    Condition.NOT_PERMITTED: _FORBIDDEN,
    Condition.ORGANIZATION_INACTIVE: _DEACTIVATED,
    Condition.NOT_FOUND: _NOT_FOUND,
    Condition.METHOD_NOT_ALLOWED: Refusal(405, "method_not_allowed", "This method is not allowed here"),
    Condition.MALFORMED: _INVALID.saying("The request body is not valid JSON"),
    Condition.INVALID: _INVALID,
    Condition.TOO_LARGE: Refusal(413, "payload_too_large", "The request body is too large"),
    Condition.UNSUPPORTED_MEDIA_TYPE: Refusal(415, "unsupported_media_type", "The request body must be JSON"),
    Condition.CONFLICT: _DUPLICATE,
    Condition.RATE_LIMITED: Refusal(429, "rate_limited", "Too many requests"),
    Condition.SERVER_ERROR: Refusal(500, "internal_error", "Something went wrong on our side"),
}

#: By the code of a leads.errors.DomainError; all others are validation errors.
DOMAIN_REFUSALS: Mapping[str, Refusal] = {
    "invalid_phone": Refusal(400, "invalid_phone", "Phone format is invalid", field="phone"),
    "duplicate_lead": _DUPLICATE,
    "changed": _NOT_FOUND,  # nothing here demands a version: only a lead deleted meanwhile has changed too much
}


def envelope(refusals: Sequence[Refusal]) -> Mapping[str, Any]:
    """The first refusal leads; the words of further ones follow in its message."""
    first = refusals[0]
    message = "; ".join(dict.fromkeys(_words(refusal) for refusal in refusals))
    return {"error": {"code": first.code, "message": message, "status": first.status}}


def _words(refusal: Refusal) -> str:
    return refusal.message if refusal.field in refusal.message else f"{refusal.field}: {refusal.message}"
