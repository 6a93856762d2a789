"""What a contract's package says about its addresses, and how that reads in an OpenAPI document."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from django.urls import URLPattern

from api.base import ContractView
from api.openapi.schemas import Schema, ref
from api.refusals import Refusal
from crm.models import CredentialKind

type Json = dict[str, Any]

JSON = ("application/json",)


@dataclass(frozen=True, slots=True)
class Answer:
    """
    A successful answer: what it means, its body, and the headers that it has beside those of every answer.

    made: where in the body of an answer stands by what the new thing is found ("/data/id"), at the address below.
    takes: where the id is no part of an address, the operations that take it, and by which parameter.
    """

    says: str
    body: Schema
    headers: Mapping[str, Json] = field(default_factory=dict)
    made: str = ""
    takes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """
    What one method does at one address.

    name is the function's name in a generated client; refusals are the statuses of errors that can come, recorded
    the names of the contract's recorded examples of it.
    """

    name: str
    tag: str
    summary: str
    description: str = ""
    parameters: Sequence[Json] = ()
    body: Schema | None = None
    media_types: Sequence[str] = JSON
    is_body_required: bool = True
    answers: Mapping[int, Answer]
    refusals: Sequence[int] = ()
    recorded: Sequence[str] = ()
    is_public: bool = False
    #: The operation that does the same by another method, of which pages show only that one.
    twin_of: str = ""


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Contract:
    """A contract with all that its document says. envelope is the body of an error answer."""

    kind: CredentialKind
    title: str
    version: str
    summary: str
    description: str
    routes: Sequence[URLPattern]
    tags: Mapping[str, str]
    operations: Mapping[tuple[type[ContractView], str], Operation]
    schemas: Mapping[str, Schema]
    security_schemes: Mapping[str, Json]
    #: Of every answer.
    headers: Mapping[str, Json]
    refusals: Sequence[Refusal]
    envelope: Callable[[Sequence[Refusal]], Mapping[str, Any]]
    #: Holds the document's own examples: request and response pairs, replayed by the tests.
    examples: Path
    #: What the document's addresses begin with, and base addresses end in.
    base: str = "/v1"

    @property
    def slug(self) -> str:
        return str(self.kind.value)

    @property
    def prefix(self) -> str:
        """Where no other contract has a say."""
        return f"/{self.slug}{self.base}"

    @cached_property
    def recorded(self) -> Mapping[str, Json]:
        """The examples by name."""
        return {path.stem: json.loads(path.read_text()) for path in sorted(self.examples.glob("*.json"))}

    def components(self) -> Json:
        """Everything that operations refer to."""
        return {
            "schemas": dict(self.schemas),
            "headers": {**self.headers, "Retry-After": RETRY_AFTER},
            "responses": {f"Error{status}": self._error(status) for status in self._statuses()},
            "securitySchemes": dict(self.security_schemes),
        }

    def security(self) -> list[Json]:
        """Any one of the schemes will do."""
        return [{name: []} for name in self.security_schemes]

    def described(self, operation: Operation, path: str) -> Json:
        """The operation as the document has it. The path is the full one, with {parameters}."""
        recorded = {name: self.recorded[name] for name in operation.recorded}
        parameters = [_with_example(each, path, recorded.values()) for each in operation.parameters]
        return {
            "operationId": operation.name,
            "tags": [operation.tag],
            "summary": operation.summary,
            **({"description": operation.description} if operation.description else {}),
            **({"security": []} if operation.is_public else {}),
            **({"x-twin-of": operation.twin_of} if operation.twin_of else {}),
            **({"parameters": parameters} if parameters else {}),
            **({"requestBody": _request_body(operation, recorded)} if operation.body is not None else {}),
            "responses": {
                **{str(status): self._answer(operation, status, recorded) for status in operation.answers},
                **{str(status): {"$ref": f"#/components/responses/Error{status}"} for status in operation.refusals},
            },
        }

    def _answer(self, operation: Operation, status: int, recorded: Mapping[str, Json]) -> Json:
        answer = operation.answers[status]
        common = {} if operation.is_public else self._headers()
        shown = {name: pair["response"] for name, pair in recorded.items()}
        examples = _examples({name: each["body"] for name, each in shown.items() if each["status"] == status})
        return {
            "description": answer.says,
            "headers": {**common, **answer.headers},
            "content": {"application/json": {"schema": answer.body, **examples}},
        }

    def _error(self, status: int) -> Json:
        """Every refusal with this status, and what the document shows of them."""
        refusals = {refusal.code: refusal for refusal in self.refusals if refusal.status == status}
        examples = {code: self.envelope([refusal]) for code, refusal in refusals.items()}
        for name, pair in self.recorded.items():
            if pair["response"]["status"] == status:
                examples[name] = pair["response"]["body"]
        says = ". ".join(dict.fromkeys(refusal.message for refusal in refusals.values()))
        waits = {"Retry-After": {"$ref": "#/components/headers/Retry-After"}} if status == 429 else {}
        return {
            "description": says,
            "headers": {**self._headers(), **waits},
            "content": {"application/json": {"schema": ref("Error"), **_examples(examples)}},
        }

    def _headers(self) -> Json:
        return {name: {"$ref": f"#/components/headers/{name}"} for name in self.headers}

    def _statuses(self) -> list[int]:
        """The statuses of errors that some operation can answer."""
        return sorted({status for operation in self.operations.values() for status in operation.refusals})


RETRY_AFTER: Json = {
    "description": "Seconds until a request makes sense again.",
    "required": True,
    "schema": {"type": "integer", "minimum": 1},
}
RATE_HEADERS: Mapping[str, Json] = {
    "X-RateLimit-Limit": {
        "description": "Requests that the key may make in the current window.",
        "required": True,
        "schema": {"type": "integer", "minimum": 1},
    },
    "X-RateLimit-Remaining": {
        "description": "Requests that are left in the current window.",
        "required": True,
        "schema": {"type": "integer", "minimum": 0},
    },
    "X-RateLimit-Reset": {
        "description": "Unix second at which the next window opens.",
        "required": True,
        "schema": {"type": "integer", "minimum": 0},
    },
}


def in_query(name: str, schema: Schema, says: str, *, may_be_empty: bool = False) -> Json:
    """may_be_empty: an empty value is the same as none."""
    empty = {"allowEmptyValue": True} if may_be_empty else {}
    return {"name": name, "in": "query", "required": False, "description": says, "schema": schema, **empty}


def in_path(name: str, schema: Schema, says: str) -> Json:
    return {"name": name, "in": "path", "required": True, "description": says, "schema": schema}


def in_header(name: str, schema: Schema, says: str) -> Json:
    return {"name": name, "in": "header", "required": False, "description": says, "schema": schema}


def _request_body(operation: Operation, recorded: Mapping[str, Json]) -> Json:
    asked = {name: _parameters(pair["request"]) for name, pair in recorded.items() if pair["request"].get("body")}
    first, *others = operation.media_types
    media = {"schema": operation.body, **_examples(asked)}
    # Another class in generated clients, which tell by the class of a body how it is to be sent.
    other = {"schema": {"allOf": [operation.body, {"type": "object"}]}, **_examples(asked)}
    return {"required": operation.is_body_required, "content": {first: media, **dict.fromkeys(others, other)}}


def _parameters(request: Json) -> Any:
    """The body; that of a form as an object."""
    body = request.get("body")
    return dict(parse_qsl(body)) if isinstance(body, str) else body


def _examples(bodies: Mapping[str, Any]) -> Json:
    named = {name: {"summary": _title(name), "value": body} for name, body in bodies.items()}
    return {"examples": named} if named else {}


def _title(name: str) -> str:
    """create_a_lead: Create a lead; a code stays as it is."""
    return name if name.isupper() else name.replace("_", " ").capitalize()


def _with_example(parameter: Json, path: str, recorded: Iterable[Json]) -> Json:
    """The parameter with its value in the first recorded request that has one."""
    template = re.compile(r".*?" + re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(path)) + r"\Z")
    for pair in recorded:
        url = urlsplit(pair["request"]["path"])
        match = template.match(url.path)
        known: dict[str, Any] = {**(match.groupdict() if match else {}), **dict(parse_qsl(url.query))}
        known |= pair["request"].get("headers", {})
        if isinstance(pair["request"].get("body"), str):
            known |= _parameters(pair["request"])
        if parameter["name"] in known:
            given = known[parameter["name"]]
            return {**parameter, "example": int(given) if parameter["schema"].get("type") == "integer" else given}
    return parameter
