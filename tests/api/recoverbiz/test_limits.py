"""How often a key may come: the documented limits, each in a bucket of its own."""

from __future__ import annotations

import datetime as dt
from unittest.mock import patch

import pytest

from api import throttling
from api.models import RateWindow
from crm.models import Credential
from tests.api.caller import Caller
from tests.api.recoverbiz.conftest import JOHN


@pytest.mark.parametrize(
    ("method", "path", "limit"),
    [("POST", "/leads", 1000), ("POST", "/leads/bulk", 50), ("GET", "/leads", 1000), ("GET", "/sequences", 1000),
     ("POST", "/sequences", 1000), ("GET", "/nothing", 1000)],
)  # fmt: skip
def test_every_answer_says_where_the_key_stands(api: Caller, method: str, path: str, limit: int) -> None:
    first, second = api(method, path, {}), api(method, path, {})
    assert int(first["X-RateLimit-Limit"]) == limit
    assert int(first["X-RateLimit-Remaining"]) == limit - 1
    assert int(second["X-RateLimit-Remaining"]) == limit - 2
    ahead = int(first["X-RateLimit-Reset"]) - dt.datetime.now(dt.UTC).timestamp()
    assert 0 < ahead <= 60
    assert int(first["X-RateLimit-Reset"]) % 60 == 0


def test_a_key_that_comes_too_often_is_told_when_to_come_again(api: Caller) -> None:
    answers = [api.post("/leads/bulk", {"leads": []}) for _ in range(50)]
    assert {answer.status_code for answer in answers} == {200}
    assert answers[-1]["X-RateLimit-Remaining"] == "0"
    answer = api.post("/leads/bulk", {"leads": []})
    assert answer.status_code == 429
    assert answer.json()["error"] == {"code": "rate_limited", "message": "Too many requests", "status": 429}
    assert 1 <= int(answer["Retry-After"]) <= 60
    assert answer["X-RateLimit-Remaining"] == "0"
    assert api.post("/leads", JOHN).status_code == 201


def test_a_new_minute_is_a_new_window(api: Caller) -> None:
    api.get("/leads")
    RateWindow.objects.update(requests=1000)
    assert api.get("/leads").status_code == 429
    later = dt.datetime.now(dt.UTC) + dt.timedelta(minutes=1)
    with patch("django.utils.timezone.now", return_value=later):
        answer = api.get("/leads")
    assert answer.status_code == 200
    assert answer["X-RateLimit-Remaining"] == "999"
    assert RateWindow.objects.count() == 1


def test_a_clock_that_is_behind_counts_in_the_newer_window(api: Caller, now: dt.datetime) -> None:
    api.get("/leads")
    credential = Credential.objects.get()
    behind = throttling.count(credential.pk, throttling.Limit("other", 1000), now - dt.timedelta(minutes=1))
    assert behind.remaining == 998
    assert api.get("/leads")["X-RateLimit-Remaining"] == "997"


def test_requests_without_a_valid_key_cost_nobody_anything(api: Caller) -> None:
    answer = Caller(api.prefix).get("/leads")
    assert (answer.status_code, answer["X-RateLimit-Remaining"]) == (401, "1000")
    assert not RateWindow.objects.exists()
