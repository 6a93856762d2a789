"""JSON Schema in few words: the pieces that the contracts' OpenAPI documents are put together from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

type Schema = dict[str, Any]

#: "any" is any JSON value at all.
ANYTHING: Schema = {}
BOOLEAN: Schema = {"type": "boolean"}
MOMENT: Schema = {"type": "string", "format": "date-time"}
DAY: Schema = {"type": "string", "format": "date"}
UUID: Schema = {"type": "string", "format": "uuid"}
EMAIL: Schema = {"type": "string", "format": "email", "maxLength": 254}
ROW_ID: Schema = {"type": "integer", "format": "int64", "minimum": 1, "maximum": 2**63 - 1}
TRUE: Schema = {"type": "boolean", "const": True}
#: Where events may be told. That it leads to a public host is looked up besides.
WEBHOOK_URL: Schema = {
    "type": "string",
    "maxLength": 2000,
    "pattern": r"^https://[A-Za-z0-9][A-Za-z0-9.-]*(:[1-9][0-9]{0,3})?(/([A-Za-z0-9._~:/?@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*)?$",
    "description": "Begins with https:// and leads to a public host.",
    "examples": ["https://hooks.example.com/leads"],
}
#: Something to read in it: not only white space, as Python knows it.
READABLE = r"[^\s\x1c-\x1f\x85\xa0]"


def text(*, least: int = 0, most: int | None = None, pattern: str = "", example: str = "") -> Schema:
    """A string of so many characters."""
    bounds = {"minLength": least or None, "maxLength": most, "pattern": pattern or None}
    examples = {"examples": [example]} if example else {}
    return {"type": "string", **{key: bound for key, bound in bounds.items() if bound is not None}, **examples}


def whole(least: int | None = None, most: int | None = None, *, default: int | None = None) -> Schema:
    """A whole number within bounds, both included."""
    bounds = {"minimum": least, "maximum": most, "default": default}
    return {"type": "integer", **{key: bound for key, bound in bounds.items() if bound is not None}}


def one_of(values: Iterable[str], *, default: str = "") -> Schema:
    """One of these strings."""
    return {"type": "string", "enum": [str(value) for value in values], **({"default": default} if default else {})}


def just(value: str) -> Schema:
    """This string and no other."""
    return {"type": "string", "const": str(value)}


def array(items: Schema, *, least: int = 0, most: int | None = None) -> Schema:
    bounds = {"minItems": least or None, "maxItems": most}
    return {"type": "array", "items": items, **{key: bound for key, bound in bounds.items() if bound is not None}}


def mapping(values: Schema = ANYTHING) -> Schema:
    """An object with keys of the caller's own."""
    return {"type": "object", "additionalProperties": values}


def record(
    properties: Mapping[str, Schema], *, optional: Iterable[str] = (), required: Sequence[str] | None = None
) -> Schema:
    """An object whose properties are all there, but for the optional ones; or only the required ones, when named."""
    needed = [name for name in properties if name not in optional] if required is None else list(required)
    return {"type": "object", "properties": dict(properties), **({"required": needed} if needed else {})}


def ref(name: str) -> Schema:
    """A schema of the document by its name."""
    return {"$ref": f"#/components/schemas/{name}"}


def nullable(schema: Schema) -> Schema:
    """The schema, or null."""
    if "type" not in schema:
        return {"anyOf": [schema, {"type": "null"}]}
    either: Schema = {**schema, "type": [schema["type"], "null"]}
    if "enum" in schema:
        either["enum"] = [*schema["enum"], None]
    return either


def said(schema: Schema, description: str) -> Schema:
    """The schema with a sentence for people."""
    return {**schema, "description": description}


def without(*names: str) -> Schema:
    """For a request body that must not have any of these properties."""
    return {"not": {"anyOf": [{"required": [name]} for name in names]}}
