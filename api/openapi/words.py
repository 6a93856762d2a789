"""JSON Schema read out: what a value may be, in parts of which some name a schema of the document."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

_MOST_CHOICES = 16
_TYPES: Mapping[str, str] = {"string": "text", "integer": "whole number", "boolean": "true or false"}
_FORMATS: Mapping[str, str] = {
    "date-time": "time",
    "date": "date",
    "uuid": "UUID",
    "email": "e-mail address",
    "uri": "address",
}
_SCALAR = {"string", "integer", "number", "boolean", "null"}


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of words; schema is the name of the schema that it is, if it is one."""

    words: str
    schema: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A property or parameter."""

    name: str
    kind: Sequence[Part]
    bounds: str
    is_needed: bool
    says: SafeString
    example: Any = None
    place: str = ""
    choices: Sequence[str] = ()


def rows_of(schema: Mapping[str, Any]) -> list[Row]:
    """The properties of an object."""
    needed = schema.get("required", ())
    return [row_of(name, part, is_needed=name in needed) for name, part in schema.get("properties", {}).items()]


def row_of(name: str, schema: Mapping[str, Any], *, is_needed: bool, says: str = "", **more: Any) -> Row:
    return Row(
        name=name,
        kind=list(kind_of(schema)),
        bounds=bounds_of(schema),
        is_needed=is_needed,
        says=inline(says or schema.get("description", "")),
        choices=schema.get("enum", ()),
        **more,
    )


def kind_of(schema: Mapping[str, Any]) -> Iterator[Part]:
    """ "text or null"; ("list of ", "Lead")."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        yield Part(name, name)
    elif either := schema.get("anyOf") or schema.get("oneOf"):
        for index, each in enumerate(either):
            if index:
                yield Part(" or ")
            yield from kind_of(each)
    elif "enum" in schema:
        yield Part(_choices(schema["enum"]))
    elif "const" in schema:
        yield Part(str(schema["const"]).lower())
    elif schema.get("type") == "array":
        yield Part("list of ")
        yield from kind_of(schema["items"])
    else:
        yield Part(_simple(schema))


def _choices(values: Sequence[Any]) -> str:
    shown = ["null" if value is None else str(value) for value in values[:_MOST_CHOICES]]
    return ", ".join(shown) + (f" … ({len(values)} in all)" if len(values) > _MOST_CHOICES else "")


def _simple(schema: Mapping[str, Any]) -> str:
    given = schema.get("type", "anything")
    types = [given] if isinstance(given, str) else list(given)
    if set(types) == _SCALAR:
        return "text, number or yes/no"
    named = [
        _FORMATS.get(schema.get("format", ""), _TYPES[each]) if each == "string" else _TYPES.get(each, each)
        for each in types
    ]
    if types[0] == "array":
        named[0] = "list of " + "".join(part.words for part in kind_of(schema["items"]))
    return " or ".join(named)


def bounds_of(schema: Mapping[str, Any]) -> str:
    """ "1 to 255 characters", "at least 1", "at most 100 entries"."""
    spans = (
        (schema.get("minLength"), schema.get("maxLength"), " characters"),
        (schema.get("minItems"), schema.get("maxItems"), " entries"),
        (schema.get("minimum"), schema.get("maximum"), ""),
    )
    found = [_span(least, most) + unit for least, most, unit in spans if least is not None or most is not None]
    if "default" in schema:
        found.append(f"{schema['default']} unless given")
    return ", ".join(found)


def _span(least: int | None, most: int | None) -> str:
    if least is None or most is None:
        return f"at least {least:,}" if most is None else f"at most {most:,}"
    return f"{least:,} to {most:,}" if most < 2**62 else f"at least {least:,}"


def inline(text: str) -> SafeString:
    """`code` and **strong** words; everything else as it is."""
    pieces = re.split(r"(`[^`]+`|\*\*[^*]+\*\*)", text)
    return format_html_join("", "{}", ([_marked(piece)] for piece in pieces))


def _marked(piece: str) -> SafeString:
    if piece.startswith("`") and len(piece) > 2:
        return format_html("<code>{}</code>", piece[1:-1])
    if piece.startswith("**") and len(piece) > 4:
        return format_html("<strong>{}</strong>", piece[2:-2])
    return conditional_escape(piece)


def prose(text: str) -> SafeString:
    """Paragraphs and lists of Markdown, as far as the documents use it."""
    blocks = [block.strip() for block in text.split("\n\n") if block.strip()]
    return mark_safe("".join(_block(block) for block in blocks))  # noqa: S308  (made of escaped pieces)


def _block(block: str) -> SafeString:
    if not block.startswith("* "):
        return format_html("<p>{}</p>", inline(block))
    return format_html(
        "<ul>{}</ul>", format_html_join("", "<li>{}</li>", ([inline(i)] for i in block[2:].split("\n* ")))
    )
