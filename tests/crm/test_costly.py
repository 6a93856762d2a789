"""Pages that cost much are given so often a minute, to each advisor for themselves."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings as configured
from django.test import RequestFactory

from crm import costly
from crm.models import Advisor
from tests.conftest import ClientOf

#: Route and how often a minute; what has the same name is counted together.
LIMITS = {"/search?q=ann": 300, "/leads": 1000, "/leads/export": 30, "/reports": 60, "/settings/audit": 60}


@pytest.fixture
def used(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """How often each was asked for in this minute, instead of really asking."""
    counts: dict[str, int] = {}

    def tries(key: str) -> int:
        name = ":".join(key.split(":")[:3])
        counts[name] = counts.get(name, 0) + 1
        return counts[name]

    monkeypatch.setattr(costly, "_tries", tries)
    return counts


@pytest.mark.parametrize(("address", "number"), LIMITS.items())
def test_it_works(
    client_of: ClientOf, alice: Advisor, bob: Advisor, used: dict[str, int], address: str, number: int
) -> None:
    client = client_of(alice)
    client.get(address)
    [name] = used
    used[name] = number - 1
    assert client.get(address).status_code in (200, 302)
    answer = client.get(address)
    assert answer.status_code == 429
    assert 1 <= int(answer.headers["Retry-After"]) <= 60
    assert "That was a lot at once" in answer.content.decode()
    assert client_of(bob).get(address).status_code != 429, "it is counted for each by themselves"
    assert used[name] == number + 1


def test_each_limit_stands_in_the_documents(alice: Advisor) -> None:
    page = (configured.BASE_DIR / "docs/security.md").read_text().partition("## What is costly")[2]
    for number in (*LIMITS.values(), 30):
        assert f"{number:,}".replace(",", "") in page.replace(",", "")


def test_it_counts_and_begins_anew_with_each_minute(alice: Advisor) -> None:
    assert [costly._tries("costly:test:a:1"), costly._tries("costly:test:a:1")] == [1, 2]
    assert costly._tries("costly:test:a:2") == 1


def test_while_redis_is_away_nobody_is_turned_away(settings: Any, alice: Advisor) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    assert [costly._tries("costly:test:b:1") for _ in range(3)] == [0, 0, 0]
    request: Any = RequestFactory().get("/x")
    request.advisor = alice
    assert costly.at_most(1, of="test")(lambda request: "the page")(request) == "the page"  # type: ignore[arg-type, return-value, comparison-overlap]
