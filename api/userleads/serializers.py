"""This contract's queries and bodies, checked field by field. Errors leave as 422."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from api.userleads.vocabulary import COMPANY_LENGTHS, DEFAULT_PAGE_LENGTH, LONGEST_PAGE, STATUSES, as_integer

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z", re.ASCII)
_REQUIRED = {"required": "is required"}


class WholeNumber(serializers.Field[Any, Any, Any, Any]):
    """A JSON integer, 1.0 included; neither text nor true is taken for one."""

    default_error_messages = {"invalid": "must be an integer", "null": "must be an integer", **_REQUIRED}

    def to_internal_value(self, data: Any) -> int:
        if type(data) is not int and not (type(data) is float and data.is_integer()):
            self.fail("invalid")
        return int(data)


class QueryNumber(serializers.Field[Any, Any, Any, Any]):
    """A whole number in an address; no number is too large."""

    default_error_messages = {"invalid": "must be an integer"}

    def to_internal_value(self, data: Any) -> int:
        number = as_integer(data)
        if number is None:
            self.fail("invalid")
        return number


class PageLength(QueryNumber):
    """At least 1; more than LONGEST_PAGE is as good as LONGEST_PAGE."""

    default_error_messages = {"invalid": f"must be an integer from 1 to {LONGEST_PAGE}"}

    def to_internal_value(self, data: Any) -> int:
        number = super().to_internal_value(data)
        if number < 1:
            self.fail("invalid")
        return min(number, LONGEST_PAGE)


class Day(serializers.Field[Any, Any, Any, Any]):
    default_error_messages = {"invalid": "must be a date, YYYY-MM-DD"}

    def to_internal_value(self, data: Any) -> dt.date:
        if not _DAY.match(data):
            self.fail("invalid")
        try:
            return dt.date.fromisoformat(data)
        except ValueError:
            self.fail("invalid")


class Status(serializers.Field[Any, Any, Any, Any]):
    _words = f"must be one of: {', '.join(STATUSES)}"
    default_error_messages = {"invalid": _words, "null": _words}

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str) or data not in STATUSES:
            self.fail("invalid")
        return data


class Text(serializers.CharField):
    """A JSON string, kept as it was given; null is the same as ""."""

    default_error_messages = {
        "invalid": "must be a string",
        "blank": "must not be empty",
        "null": "must be a string",
        "max_length": "must be at most {max_length} characters",
        **_REQUIRED,
    }

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"required": False, "allow_blank": True, "trim_whitespace": False} | options)

    def run_validation(self, data: Any = serializers.empty) -> Any:
        return super().run_validation("" if data is None and not self.required else data)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return data.strip() if self.trim_whitespace else data


class PageQuery(serializers.Serializer[Any]):
    cursor = QueryNumber(default=0)
    limit = PageLength(default=DEFAULT_PAGE_LENGTH)


class LeadQuery(PageQuery):
    status = Status(required=False)
    company_id = QueryNumber(required=False)
    min_score = QueryNumber(required=False)
    max_score = QueryNumber(required=False)
    created_after = Day(required=False)
    created_before = Day(required=False)


class NewLead(serializers.Serializer[Any]):
    company_id = WholeNumber()
    notes = Text()


class LeadChanges(serializers.Serializer[Any]):
    status = Status(required=False)
    notes = Text()


class NewCompany(serializers.Serializer[Any]):
    name = Text(required=True, allow_blank=False, trim_whitespace=True, max_length=COMPANY_LENGTHS["name"])
    industry = Text(max_length=COMPANY_LENGTHS["industry"])
    website = Text(max_length=COMPANY_LENGTHS["website"])
    phone = Text(max_length=COMPANY_LENGTHS["phone"])


def checked(kind: type[serializers.Serializer[Any]], given: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a body, of which unknown keys are ignored. Raises DRF's ValidationError."""
    serializer = kind(data=given)
    serializer.is_valid(raise_exception=True)
    return dict(serializer.validated_data)


def asked(kind: type[serializers.Serializer[Any]], query: Mapping[str, str]) -> dict[str, Any]:
    """The values of a query string, in which an empty parameter is the same as none."""
    return checked(kind, {name: text for name, text in query.items() if text})
