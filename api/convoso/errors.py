"""Convoso's words for what can go wrong: {"success": false, "code", "error", "text"}."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from api.refusals import Condition, Refusal, Refused
from api.tls import IN_CLEAR


def _business(code: int, text: str, error: str = "") -> Refusal:
    """Business errors are answered with 200. text is the code table's, error what the document shows in its place."""
    return Refusal(200, str(code), error or text, detail={"text": text})


NO_SUCH_LEAD = _business(6001, "No such Lead", "Lead not found")
NO_SUCH_LIST = _business(6002, "No such List", "List not found")
LIST_WITHOUT_NAME = _business(6003, "The List requires a name")
UNKNOWN_CAMPAIGN = _business(6004, "Unknown Campaign ID", "Campaign not found")
MISSING_USERS = _business(6005, "Missing users")
NO_SUCH_USER = _business(6006, "No such User")
PHONE_AND_LIST_REQUIRED = _business(6007, "The Lead requires a phone number and list id")
INVALID_PHONE = _business(6008, "The phone number is invalid", "Invalid phone number")
ON_DNC_LIST = INVALID_PHONE.saying("Phone number is on the DNC list")
DUPLICATE_LEAD = _business(6009, "The phone number already exists", "Lead already exists")
FIELDS_MISSED = _business(6023, "Required fields are missed")
INVALID_CAMPAIGN = _business(6026, "Invalid campaign ID", "Campaign not found")
INVALID_DATE = _business(6031, "Invalid date format")
LIST_NAME_SHORT = _business(
    6046, "The List name should be at least 10 characters long", "Name must be at least 10 characters"
)
INVALID_LEAD_ID = _business(6070, "Invalid lead ID")
LEAD_NOT_FOUND = _business(6071, "Lead not found")
INVALID_EMAIL = _business(6079, "Invalid Email(s)")
INVALID_STATUS = _business(6080, "Invalid status value", "Status must be 0 or 1")
LIST_NAME_TAKEN = _business(6081, "The list name should be unique", "List name already exists")
INVALID_OFFSET = _business(7231, "Invalid offset value")
INVALID_LIMIT = _business(7258, "Invalid limit value")

_INVALID_TOKEN = Refusal(401, "401", "Invalid authentication token")
_NOT_PERMITTED = Refusal(403, "403", "Insufficient permissions for this operation")
_MALFORMED = Refusal(400, "400", "The request could not be read")

REFUSALS: Mapping[Condition, Refusal] = {
    Condition.IN_CLEAR: _NOT_PERMITTED.saying(IN_CLEAR),
    Condition.NO_CREDENTIAL: Refusal(401, "401", "Missing authentication token"),
    Condition.UNKNOWN_CREDENTIAL: _INVALID_TOKEN,
    Condition.REVOKED: _INVALID_TOKEN,
    Condition.EXPIRED: _INVALID_TOKEN,
    Condition.WRONG_KIND: _INVALID_TOKEN,
    Condition.NOT_PERMITTED: _NOT_PERMITTED,
    Condition.ORGANIZATION_INACTIVE: Refusal(403, "403", "Forbidden"),
    Condition.NOT_FOUND: Refusal(404, "404", "Not found"),
    Condition.METHOD_NOT_ALLOWED: Refusal(405, "405", "Method not allowed"),
    Condition.MALFORMED: _MALFORMED,
    Condition.INVALID: _MALFORMED.saying("Invalid parameters"),
    Condition.TOO_LARGE: Refusal(413, "413", "The request is too large"),
    Condition.UNSUPPORTED_MEDIA_TYPE: Refusal(415, "415", "Send a form or JSON"),
    Condition.CONFLICT: DUPLICATE_LEAD,
    Condition.RATE_LIMITED: Refusal(429, "429", "Too many requests"),
    Condition.SERVER_ERROR: Refusal(500, "500", "Internal server error"),
}

#: By the code of a leads.errors.DomainError; all others are invalid parameters.
DOMAIN_REFUSALS: Mapping[str, Refusal] = {
    "invalid_phone": INVALID_PHONE,
    "duplicate_lead": DUPLICATE_LEAD,
    "changed": LEAD_NOT_FOUND,  # a lead deleted meanwhile
    "name_taken": LIST_NAME_TAKEN,
}


def envelope(refusals: Sequence[Refusal]) -> Mapping[str, Any]:
    """The first refusal; its code as a number, because clients read it only then."""
    first = refusals[0]
    text = first.detail.get("text", first.message)
    return {"success": False, "code": int(first.code), "error": first.message, "text": text}


def refused(refusal: Refusal, error: str = "") -> Refused:
    """To raise; error replaces the document's own words where a reason of ours says more."""
    return Refused(refusal.saying(error))


def invalid(parameter: str, words: str) -> Refused:
    """To raise: a parameter that can't be kept, such as invalid("title", "must be at most 100 characters")."""
    return Refused(REFUSALS[Condition.INVALID].saying(f"{parameter} {words}"))
