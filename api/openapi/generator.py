"""drf-spectacular, made to read a contract's description beside its routes."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ComponentRegistry

from api.base import UnknownAddress
from api.openapi.operations import Contract, Json, Operation

_NAMES = re.compile(r"\{(\w+)\}")


class Undescribed(LookupError):
    """A route of a contract has no Operation."""


class ContractSchema(AutoSchema):
    """
    An operation as its contract describes it (settings.REST_FRAMEWORK names this class).

    Our views read bodies and write answers by hand, for speed, so there are no serializers to be asked.
    """

    def get_operation(
        self, path: str, path_regex: str, path_prefix: str, method: str, registry: ComponentRegistry
    ) -> dict[str, Any] | None:
        """None for addresses that only say 404. Raises Undescribed."""
        view: Any = self.view  # with a contract, see ContractGenerator.create_view
        contract, kind = view.contract, type(view)
        if issubclass(kind, UnknownAddress):
            return None
        operation = contract.operations.get((kind, method.lower()))
        if operation is None:
            raise Undescribed(f"{method} {path}: api.{contract.slug}.openapi has no operation for {kind.__qualname__}")
        return contract.described(operation, path)


class ContractGenerator(SchemaGenerator):
    """The document of one contract: its routes, and what they refer to."""

    def __init__(self, contract: Contract) -> None:
        super().__init__(patterns=list(contract.routes))
        self.contract = contract

    def create_view(self, callback: Any, method: str, request: Any = None) -> Any:
        view = super().create_view(callback, method, request)
        view.contract = self.contract
        return view

    def get_schema(self, request: Any = None, public: bool = True) -> Json:
        contract, generated = self.contract, super().get_schema(request, public)
        return generated | {
            "paths": linked(
                contract, {path.removeprefix(contract.base): said for path, said in generated["paths"].items()}
            ),
            "info": {
                "title": contract.title,
                "version": contract.version,
                "summary": contract.summary,
                "description": contract.description,
            },
            "security": contract.security(),
            "tags": [{"name": name, "description": says} for name, says in contract.tags.items()],
            "components": contract.components(),
        }


def linked(contract: Contract, paths: Json) -> Json:
    """With links from answers that made something to all that can be done with it."""
    operations = {operation.name: operation for operation in contract.operations.values()}
    for path, methods in paths.items():
        for said in methods.values():
            for status, answer in operations[said["operationId"]].answers.items():
                if answer.made:
                    links = _links_below(paths, path, answer.made)
                    for name, parameter in answer.takes.items():
                        links[name] = _link_to(operations[name], parameter, answer.made)
                    said["responses"][str(status)]["links"] = links
    return paths


def _link_to(target: Operation, parameter: str, made: str) -> Json:
    """The id stands in the query string of a target, or else in its body."""
    given = {parameter: f"$response.body#{made}"}
    is_in_query = any(each["name"] == parameter for each in target.parameters)
    return {"operationId": target.name, **({"parameters": given} if is_in_query else {"requestBody": given})}


def _links_below(paths: Json, path: str, made: str) -> Json:
    above = {name: f"$request.path.{name}" for name in _NAMES.findall(path)}
    below = re.compile(re.escape(path) + r"/\{(\w+)\}")
    found = [(match[1], said) for other, said in paths.items() if (match := below.fullmatch(other))]
    return {
        target["operationId"]: {
            "operationId": target["operationId"],
            "parameters": {**above, name: f"$response.body#{made}"},
        }
        for name, methods in found
        for target in methods.values()
    }


@cache
def _generated(contract: Contract) -> Json:
    return ContractGenerator(contract).get_schema()


def document(contract: Contract, base: str = "") -> Json:
    """The contract's document for a site at this base address ("https://crm.example.com"). Not to be changed."""
    servers = [
        {"url": f"{base}{contract.prefix}", "description": "Here no other contract has a say"},
        {
            "url": f"{base}{contract.base}" or "/",
            "description": "As documented; at addresses that contracts share, the key decides",
        },
    ]
    generated = _generated(contract)
    return {"openapi": generated["openapi"], "info": generated["info"], "servers": servers} | generated
