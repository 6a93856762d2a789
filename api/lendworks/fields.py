"""Kinds of fields in LendWorks' request bodies; their errors read on after "Field 'email' …"."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from typing import Any

import orjson
from rest_framework import serializers

from api.lendworks import vocabulary
from crm.models import Organization
from leads import contact
from leads.errors import InvalidValue
from leads.fields import amount

type Find = Callable[[Organization, uuid.UUID], object | None]

#: The opening of a tag, closing tag, comment or declaration. "A < B" and "<3" are none.
_MARKUP = re.compile(r"<[a-z/!?]", re.ASCII | re.IGNORECASE)


class Text(serializers.CharField):
    """A JSON string, kept as it was given; numbers are not taken for text."""

    default_error_messages = {
        "invalid": "must be a string",
        "blank": "must not be empty",
        "max_length": "must be at most {max_length} characters",
    }

    def __init__(self, **options: Any) -> None:
        usual = {"required": False, "allow_null": True, "allow_blank": True, "trim_whitespace": False}
        super().__init__(**usual | options)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return data


class BusinessName(Text):
    default_error_messages = {"html": "must not contain HTML"}

    def to_internal_value(self, data: Any) -> str:
        text = super().to_internal_value(data)
        if not text.strip():
            self.fail("blank")
        if _MARKUP.search(text):
            self.fail("html")
        return text


class Email(Text):
    default_error_messages = {"email": "must be a valid email address", "blank": "must be a valid email address"}

    def to_internal_value(self, data: Any) -> str:
        text = super().to_internal_value(data)
        if not contact.is_email(text):
            self.fail("email")
        return text


class Amount(Text):
    _words = 'must be a numeric string such as "85000" or "85000.50"'
    default_error_messages = {"invalid": _words, "blank": _words}

    def to_internal_value(self, data: Any) -> str:
        text = super().to_internal_value(data)
        try:
            amount(text)
        except InvalidValue:
            self.fail("invalid")
        return text


class Choice(serializers.ChoiceField):
    def __init__(self, choices: tuple[str, ...], **options: Any) -> None:
        words: dict[str, Any] = {"invalid_choice": f"must be one of: {', '.join(choices)}"}
        super().__init__(choices, required=False, allow_null=True, error_messages=words, **options)


class Tags(serializers.ListField):
    child = Text(max_length=vocabulary.TAG_LENGTH, allow_blank=False, allow_null=False)
    default_error_messages = {
        "not_a_list": "must be an array of strings",
        "max_length": "must have at most {max_length} entries",
    }


class CustomFields(serializers.DictField):
    default_error_messages = {
        "not_a_dict": "must be an object",
        "too_large": f"must be at most {vocabulary.CUSTOM_FIELDS_BYTES} bytes of JSON",
    }

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, dict):
            self.fail("not_a_dict")
        if len(orjson.dumps(data)) > vocabulary.CUSTOM_FIELDS_BYTES:
            self.fail("too_large")
        return data


class RowId(serializers.Field[Any, Any, Any, Any]):
    """The UUID of a row of the caller's organisation; becomes the row."""

    default_error_messages = {"invalid": "must be a UUID", "unknown": "is not known in your organization"}

    def __init__(self, find: Find, **options: Any) -> None:
        super().__init__(required=False, allow_null=True, **options)
        self.find = find

    def to_internal_value(self, data: Any) -> object:
        identity = vocabulary.as_uuid(data)
        if identity is None:
            self.fail("invalid")
        row = self.find(self.context["organization"], identity)
        if row is None:
            self.fail("unknown")
        return row


class Unchangeable(serializers.Field[Any, Any, Any, Any]):
    """A field of create that an update must not have, not even as null."""

    default_error_messages = {"unchangeable": "cannot be changed by an update"}

    def __init__(self) -> None:
        super().__init__(required=False)

    def run_validation(self, data: Any = serializers.empty) -> Any:
        if data is not serializers.empty:
            self.fail("unchangeable")
        raise serializers.SkipField
