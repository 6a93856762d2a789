"""The document's own requests, replayed, give the document's own answers."""

from __future__ import annotations

import datetime as dt
from typing import Any
from unittest.mock import patch
from urllib.parse import parse_qsl, urlencode

import pytest

from crm.models import Organization
from tests.api.caller import Caller
from tests.api.convoso import scenes

NAMES = sorted(path.stem for path in scenes.FIXTURES.glob("*.json"))


def test_every_documented_request_and_error_is_recorded() -> None:
    assert len(NAMES) == 18


@pytest.mark.parametrize("prefix", ["", "/convoso"])
@pytest.mark.parametrize("name", NAMES)
def test_it_answers_as_documented(name: str, prefix: str, organization: Organization) -> None:
    pair = scenes.recorded(name)
    getattr(scenes, pair["scene"])(organization)
    asked = pair["request"]
    with at(pair["now"]):
        answer = Caller(prefix, **asked["headers"])(asked["method"], asked["path"], asked["body"])
    assert_documented(answer, pair["response"])


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("way", ["a query string", "a query string of POST", "JSON", "multipart"])
def test_it_answers_alike_to(way: str, name: str, organization: Organization) -> None:
    pair = scenes.recorded(name)
    getattr(scenes, pair["scene"])(organization)
    path, form = pair["request"]["path"], dict(parse_qsl(pair["request"]["body"]))
    with at(pair["now"]):
        match way:
            case "a query string":
                answer = Caller().get(f"{path}?{urlencode(form)}")
            case "a query string of POST":
                answer = Caller().post(f"{path}?{urlencode(form)}")
            case "JSON":
                answer = Caller().post(path, form)
            case _:
                answer = Caller().client.post(path, form)
    assert_documented(answer, pair["response"])


def at(now: str) -> Any:
    return patch("django.utils.timezone.now", return_value=dt.datetime.fromisoformat(now))


def assert_documented(answer: Any, documented: dict[str, Any]) -> None:
    assert answer.status_code == documented["status"], answer.content
    assert answer["Content-Type"] == "application/json"
    given, expected = answer.json(), documented["body"]
    assert_holds(given, expected)
    if "entries" in expected:
        assert given["entries"][0]["url"].startswith("http://testserver/recordings/")


def assert_holds(given: Any, documented: Any) -> None:
    """Everything documented is there; more keys may be. A new lead's id is a new number."""
    if isinstance(documented, dict):
        assert documented.keys() <= given.keys()
        for key, value in documented.items():
            if key == "id" and "first_name" not in documented:
                assert given[key] == given["data"]["lead_id"]
            elif key == "lead_id" and "seconds" not in documented:
                assert given[key].isdecimal()
            else:
                assert_holds(given[key], value)
    elif isinstance(documented, list):
        assert len(given) == len(documented)
        for item, value in zip(given, documented, strict=True):
            assert_holds(item, value)
    else:
        assert given == documented
        assert type(given) is type(documented)
