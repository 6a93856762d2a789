"""Addresses and bodies with the ids of somebody in them, and what a refusal of each contract looks like."""

from __future__ import annotations

import json
import re
from string import Template
from typing import Any

from tests.tenancy.world import Side

type Ids = dict[str, Side]


def filled(value: Any, whose: Ids) -> Any:
    """The value with each $name replaced; one that stands alone keeps its type."""
    ids = {name: side.ids[name] for name, side in whose.items()}
    if isinstance(value, dict):
        return {key: filled(part, whose) for key, part in value.items()}
    if isinstance(value, list):
        return [filled(part, whose) for part in value]
    if not isinstance(value, str):
        return value
    return ids[value[1:]] if value[:1] == "$" and value[1:] in ids else Template(value).substitute(ids)


def names_in(*values: Any) -> list[str]:
    return list(dict.fromkeys(re.findall(r"\$([a-z_]+)", json.dumps(values))))


def is_envelope(contract: str, body: Any) -> bool:
    match contract:
        case "lendworks":
            return set(body) == {"errors", "meta"} and all({"code", "message"} <= set(each) for each in body["errors"])
        case "recoverbiz":
            return set(body) == {"error"} and set(body["error"]) == {"code", "message", "status"}
        case "userleads":
            return set(body) == {"error"} and isinstance(body["error"], str)
    return set(body) == {"success", "code", "error", "text"} and body["success"] is False
