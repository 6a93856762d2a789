"""The document's requests, replayed. It shows no answers: these are the ones that docs/api/userleads.md promises."""

from __future__ import annotations

import datetime as dt
from unittest.mock import patch

import pytest

from crm.models import Organization
from leads.models import Lead
from tests.api.caller import Caller
from tests.api.userleads import scenes

NAMES = sorted(path.stem for path in scenes.FIXTURES.glob("*.json"))


def test_every_request_is_recorded() -> None:
    assert len(NAMES) == 8


@pytest.mark.parametrize("prefix", ["", "/userleads"])
@pytest.mark.parametrize("name", NAMES)
def test_it_answers_as_promised(name: str, prefix: str, organization: Organization) -> None:
    pair = scenes.recorded(name)
    getattr(scenes, pair["scene"])(organization)
    asked, promised = pair["request"], pair["response"]
    with patch("django.utils.timezone.now", return_value=dt.datetime.fromisoformat(pair["now"])):
        answer = Caller(prefix, **asked["headers"])(asked["method"], asked["path"], asked.get("body"))
    assert answer.status_code == promised["status"], answer.content
    given = answer.json()
    if answer.status_code == 201:
        assert given["id"] == Lead.objects.get().pk
        given["id"] = promised["body"]["id"]
    assert given == promised["body"]
