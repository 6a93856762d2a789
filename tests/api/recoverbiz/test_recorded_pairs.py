"""The document's own requests, replayed, give the document's own answers."""

from __future__ import annotations

import datetime as dt
from typing import Any
from unittest.mock import patch

import pytest

from crm.models import Organization
from tests.api.caller import Caller
from tests.api.recoverbiz import scenes

NAMES = sorted(path.stem for path in scenes.FIXTURES.glob("*.json"))


def test_every_documented_endpoint_is_recorded() -> None:
    assert len(NAMES) == 11


@pytest.mark.parametrize("name", NAMES)
def test_it_answers_as_documented(name: str, organization: Organization) -> None:
    pair = scenes.recorded(name)
    getattr(scenes, pair["scene"])(organization)
    asked = pair["request"]
    with patch("django.utils.timezone.now", return_value=dt.datetime.fromisoformat(pair["now"])):
        answer = Caller(**asked["headers"])(asked["method"], asked["path"], asked.get("body"))
    assert answer.status_code == pair["response"]["status"], answer.content
    assert answer["Content-Type"] == "application/json"
    assert_holds(answer.json(), pair["response"]["body"])


def assert_holds(given: Any, documented: Any) -> None:
    """Everything documented is there; more keys may be, and longer lists where the document shows only the first."""
    if isinstance(documented, dict):
        assert isinstance(given, dict)
        assert documented.keys() <= given.keys()
        for key, value in documented.items():
            assert_holds(given[key], value)
    elif isinstance(documented, list) and documented:
        assert len(given) >= len(documented)
        for item, value in zip(given, documented, strict=False):
            assert_holds(item, value)
    else:
        assert given == documented
