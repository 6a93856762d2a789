"""What a contract may refuse, before a dialect gives it its own code, status and words."""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


class Condition(enum.Enum):
    """What can be wrong with any request of any contract; each dialect has a Refusal for every one of them."""

    IN_CLEAR = enum.auto()
    NO_CREDENTIAL = enum.auto()
    UNKNOWN_CREDENTIAL = enum.auto()
    REVOKED = enum.auto()
    EXPIRED = enum.auto()
    WRONG_KIND = enum.auto()
    NOT_PERMITTED = enum.auto()
    ORGANIZATION_INACTIVE = enum.auto()
    NOT_FOUND = enum.auto()
    METHOD_NOT_ALLOWED = enum.auto()
    MALFORMED = enum.auto()
    INVALID = enum.auto()
    TOO_LARGE = enum.auto()
    UNSUPPORTED_MEDIA_TYPE = enum.auto()
    CONFLICT = enum.auto()
    RATE_LIMITED = enum.auto()
    SERVER_ERROR = enum.auto()


@dataclass(frozen=True, slots=True)
class Refusal:
    """One entry of an error answer: HTTP status, the contract's code, words for a person, the field at fault."""

    status: int
    code: str
    message: str
    field: str = ""
    detail: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    def saying(self, message: str = "", *, field: str = "", **detail: Any) -> Refusal:
        """The same refusal with words, a field and details of its own."""
        return dataclasses.replace(
            self, message=message or self.message, field=field or self.field, detail={**self.detail, **detail}
        )


class Refused(Exception):
    """The request ends here: with these entries in the contract's envelope, and the status of the first."""

    def __init__(self, *refusals: Refusal, headers: Mapping[str, str] | None = None) -> None:
        super().__init__("; ".join(refusal.message for refusal in refusals))
        self.refusals = refusals
        self.headers = dict(headers or {})
        self.condition: Condition | None = None


class Unacceptable(Exception):
    """A condition that was met below the dialects (in reading a body, in counting requests)."""

    def __init__(
        self,
        condition: Condition,
        message: str = "",
        *,
        field: str = "",
        headers: Mapping[str, str] | None = None,
        **detail: Any,
    ) -> None:
        super().__init__(message or condition.name)
        self.condition = condition
        self.message = message
        self.field = field
        self.headers = dict(headers or {})
        self.detail = detail
