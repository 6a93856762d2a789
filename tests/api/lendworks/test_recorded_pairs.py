"""The document's own requests, replayed, give the document's own answers."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any
from unittest.mock import patch

import pytest

from crm.models import Organization
from tests.api.caller import Caller
from tests.api.lendworks import scenes

NAMES = sorted(path.stem for path in scenes.FIXTURES.glob("*.json"))


def test_every_documented_request_and_error_is_recorded() -> None:
    assert len(NAMES) == 8


@pytest.mark.parametrize("prefix", ["", "/lendworks"])
@pytest.mark.parametrize("name", NAMES)
def test_it_answers_as_documented(name: str, prefix: str, organization: Organization) -> None:
    pair = scenes.recorded(name)
    getattr(scenes, pair["scene"])(organization)
    asked = pair["request"]
    with patch("django.utils.timezone.now", return_value=dt.datetime.fromisoformat(pair["now"])):
        answer = Caller(prefix, **asked["headers"])(asked["method"], asked["path"], asked.get("body"))
    assert answer.status_code == pair["response"]["status"], answer.content
    assert answer["Content-Type"] == "application/json"
    assert comparable(answer.json()) == comparable(pair["response"]["body"])


def comparable(body: dict[str, Any]) -> dict[str, Any]:
    """Without what is new each time; of a list, only the first item, like the document."""
    assert uuid.UUID(body["meta"].pop("requestId"))
    if isinstance(body.get("data"), list):
        body["data"] = body["data"][:1]
    elif "data" in body:
        assert uuid.UUID(body["data"].pop("id"))
    return body
