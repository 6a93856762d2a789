"""Each contract has one valid OpenAPI document that speaks of every route, with examples that fit what it says."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker
from openapi_spec_validator import validate

from api.base import UnknownAddress
from api.openapi.contracts import CONTRACTS
from api.openapi.generator import ContractGenerator, Undescribed, document
from api.openapi.operations import Contract, Json
from crm.models import CredentialKind

METHODS = ("get", "post", "put", "patch", "delete")

pytestmark = pytest.mark.parametrize("contract", CONTRACTS.values(), ids=CONTRACTS.keys())


def operations_of(spec: Json) -> Iterator[tuple[str, str, Json]]:
    for path, methods in spec["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def media_in(value: Any) -> Iterator[Json]:
    """Every media type object with a schema, wherever it stands."""
    if isinstance(value, dict):
        yield from value.get("content", {}).values()
        for part in value.values():
            yield from media_in(part)


def relaxed(value: Any) -> Any:
    """The schemas without what must be there: two of the documents show only a part of what is answered."""
    if isinstance(value, dict):
        return {key: relaxed(part) for key, part in value.items() if not (key == "required" and isinstance(part, list))}
    return [relaxed(part) for part in value] if isinstance(value, list) else value


def test_it_is_valid(contract: Contract) -> None:
    spec = document(contract, "https://crm.example.com")
    validate(spec)
    assert spec["openapi"].startswith("3.1")
    assert spec["servers"][0]["url"] == f"https://crm.example.com{contract.prefix}"


def test_every_route_and_method_is_in_it(contract: Contract) -> None:
    served = {
        (re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", f"/{route.pattern}").removeprefix(contract.base), method)
        for route in contract.routes
        if not issubclass(kind := route.callback.view_class, UnknownAddress)
        for method in METHODS
        if method in kind.http_method_names and hasattr(kind, method)
    }
    described = {(path, method) for path, method, _ in operations_of(document(contract))}
    assert described == served
    assert len(contract.operations) == len(served)


def test_a_route_without_a_description_is_told(contract: Contract, monkeypatch: pytest.MonkeyPatch) -> None:
    forgotten = next(iter(contract.operations))
    left = {key: value for key, value in contract.operations.items() if key != forgotten}
    monkeypatch.setitem(contract.__dict__, "operations", left)
    with pytest.raises(Undescribed, match=forgotten[0].__qualname__):
        ContractGenerator(contract).get_schema()


def test_its_examples_fit_their_schemas(contract: Contract) -> None:
    spec = document(contract)
    components = spec["components"]
    if contract.kind in {CredentialKind.RECOVERBIZ, CredentialKind.CONVOSO}:
        components = relaxed(components)
    checked = 0
    for media in media_in(spec):
        schema = {**media["schema"], "components": components}
        validator = Draft202012Validator(schema, format_checker=FormatChecker())
        for name, example in media.get("examples", {}).items():
            errors = [f"{error.json_path}: {error.message}" for error in validator.iter_errors(example["value"])]
            assert not errors, name
            checked += 1
    assert checked


def test_everything_that_the_contract_has_recorded_is_shown(contract: Contract) -> None:
    shown = {name for media in media_in(document(contract)) for name in media.get("examples", {})}
    without_bodies = {name for operation in contract.operations.values() for name in operation.recorded}
    assert set(contract.recorded) <= shown | without_bodies


def test_what_is_referred_to_is_there_and_nothing_else(contract: Contract) -> None:
    spec = document(contract)
    referred = set(re.findall(r'"\$ref": "#/components/(\w+/[\w-]+)"', json.dumps(spec)))
    there = {f"{kind}/{name}" for kind in ("schemas", "headers", "responses") for name in spec["components"][kind]}
    assert there == referred


def test_operations_are_named_once_and_as_python_names_functions(contract: Contract) -> None:
    names = [operation["operationId"] for _, _, operation in operations_of(document(contract))]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[a-z]+(_[a-z]+)+", name) for name in names)


def test_every_operation_has_a_tag_that_is_explained(contract: Contract) -> None:
    spec = document(contract)
    used = {operation["tags"][0] for _, _, operation in operations_of(spec)}
    assert used == {tag["name"] for tag in spec["tags"]}
