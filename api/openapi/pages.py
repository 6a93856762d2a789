"""A document as a page shows it: operations by tag, schemas by name, each ready for a template."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import quote, urlencode

from django.utils.safestring import SafeString

from api.openapi.generator import document
from api.openapi.operations import Contract, Json
from api.openapi.words import Row, inline, kind_of, prose, row_of, rows_of

#: What stands in an example in place of the key.
KEYS: Mapping[str, str] = {
    "lendworks": "lw_live_YOUR_KEY",
    "recoverbiz": "pk_live_YOUR_KEY",
    "userleads": "ru_v2_YOUR_KEY",
    "convoso": "YOUR_TOKEN",
}


@dataclass(frozen=True, slots=True)
class Shown:
    """An example of a body."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class AnswerShown:
    status: str
    says: SafeString
    kind: Sequence[Any]
    examples: Sequence[Shown]

    @property
    def is_good(self) -> bool:
        return self.status.startswith("2")


@dataclass(frozen=True, slots=True)
class OperationShown:
    """One operation. body_rows are the fields of its body; body is what the console begins with."""

    name: str
    method: str
    path: str
    summary: str
    says: SafeString
    is_public: bool
    has_twin: bool
    parameters: Sequence[Row]
    body_kind: Sequence[Any]
    body_rows: Sequence[Row]
    body: str
    answers: Sequence[AnswerShown]
    refusals: Sequence[AnswerShown]
    curl: str


@dataclass(frozen=True, slots=True)
class Group:
    name: str
    says: str
    operations: Sequence[OperationShown]


@dataclass(frozen=True, slots=True)
class SchemaShown:
    name: str
    says: SafeString
    kind: Sequence[Any]
    rows: Sequence[Row]


@dataclass(frozen=True, slots=True)
class Reference:
    """All that the page of a contract shows."""

    contract: Contract
    says: SafeString
    base: str
    groups: Sequence[Group]
    schemas: Sequence[SchemaShown]
    #: How a request shows the key: where ("header" or "query"), under which name, with what before it.
    key_place: str
    key_name: str
    key_prefix: str


@lru_cache(maxsize=16)
def reference(contract: Contract, base: str) -> Reference:
    """The page of a contract of a site at this address."""
    spec = document(contract, base)
    scheme = next(iter(contract.security_schemes.values()))
    is_bearer = scheme["type"] == "http"
    return Reference(
        contract=contract,
        says=prose(contract.description),
        base=base,
        groups=[
            Group(name, says, [_operation(contract, spec, *each) for each in _tagged(spec, name)])
            for name, says in contract.tags.items()
        ],
        schemas=[_schema(name, schema) for name, schema in sorted(spec["components"]["schemas"].items())],
        key_place="header" if is_bearer else scheme["in"],
        key_name="Authorization" if is_bearer else scheme["name"],
        key_prefix="Bearer " if is_bearer else "",
    )


def _tagged(spec: Json, tag: str) -> list[tuple[str, str, Json]]:
    return [
        (path, method, operation)
        for path, methods in spec["paths"].items()
        for method, operation in methods.items()
        if operation["tags"] == [tag] and "x-twin-of" not in operation
    ]


def _operation(contract: Contract, spec: Json, path: str, method: str, operation: Json) -> OperationShown:
    body = _body_of(operation)
    schema = _resolved(spec, body.get("schema", {}))
    first = next(iter(body.get("examples", {}).values()), None)
    answers = [_answer(spec, status, answer) for status, answer in operation["responses"].items()]
    twins = {each.get("x-twin-of") for each in spec["paths"][path].values()}
    example = json.dumps(_without_key(first["value"]), indent=2, ensure_ascii=False) if first else "{}"
    return OperationShown(
        name=operation["operationId"],
        method=method.upper(),
        path=path,
        summary=operation["summary"],
        says=prose(operation.get("description", "")),
        is_public=operation.get("security") == [],
        has_twin=operation["operationId"] in twins,
        parameters=[_parameter(each) for each in operation.get("parameters", ())],
        body_kind=list(kind_of(body["schema"])) if body else (),
        body_rows=rows_of(schema),
        body=example if body else "",
        answers=[answer for answer in answers if answer.is_good],
        refusals=[answer for answer in answers if not answer.is_good],
        curl=_curl(contract, spec, path, method, operation, example if body else ""),
    )


def _body_of(operation: Json) -> Json:
    """As JSON where it may be."""
    content = operation.get("requestBody", {}).get("content", {})
    return dict(next(iter(content.values()), {}))


def _without_key(body: Any) -> Any:
    return {name: value for name, value in body.items() if name != "auth_token"} if isinstance(body, dict) else body


def _parameter(parameter: Json) -> Row:
    return row_of(
        parameter["name"],
        parameter["schema"],
        is_needed=parameter["required"],
        says=parameter["description"],
        example=parameter.get("example"),
        place=parameter["in"],
    )


def _answer(spec: Json, status: str, answer: Json) -> AnswerShown:
    answer = _resolved(spec, answer)
    media = answer["content"]["application/json"]
    examples = [
        Shown(each["summary"], json.dumps(each["value"], indent=2, ensure_ascii=False))
        for each in media.get("examples", {}).values()
    ]
    return AnswerShown(status, inline(answer["description"]), list(kind_of(media["schema"])), examples)


def _resolved(spec: Json, value: Json) -> Json:
    if "$ref" not in value:
        return value
    *_, kind, name = value["$ref"].split("/")
    return dict(spec["components"][kind][name])


def _schema(name: str, schema: Json) -> SchemaShown:
    rows = rows_of(schema)
    return SchemaShown(name, inline(schema.get("description", "")), [] if rows else list(kind_of(schema)), rows)


def _curl(contract: Contract, spec: Json, path: str, method: str, operation: Json, body: str) -> str:
    """A request to be pasted into a shell, as in the document's first example."""
    parameters = operation.get("parameters", ())
    for each in parameters:
        if each["in"] == "path":
            path = path.replace(f"{{{each['name']}}}", quote(str(each.get("example", f"<{each['name']}>")), safe="+<>"))
    query = {each["name"]: each["example"] for each in parameters if each["in"] == "query" and "example" in each}
    secret, headers = KEYS[contract.slug], []
    scheme = next(iter(contract.security_schemes.values()))
    if operation.get("security") != []:
        if scheme["type"] == "http":
            headers.append(f"Authorization: Bearer {secret}")
        elif scheme["in"] == "header":
            headers.append(f"{scheme['name']}: {secret}")
        else:
            query = {scheme["name"]: secret, **query}
    if body:
        headers.append("Content-Type: application/json")
    headers += [
        f"{each['name']}: {each['example']}" for each in parameters if each["in"] == "header" and "example" in each
    ]
    url = spec["servers"][0]["url"] + path + (f"?{urlencode(query)}" if query else "")
    lines = [f'curl -X {method.upper()} "{url}"', *(f'-H "{header}"' for header in headers)]
    if body:
        lines.append(f"-d {shlex.quote(body)}".replace("\n", "\n  "))
    return " \\\n  ".join(lines)
