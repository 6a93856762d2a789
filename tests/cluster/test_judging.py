"""What the cluster's script would say of losses and of wrong answers, without a cluster."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from tests.cluster.client import Client, Record, Wrong
from tests.cluster.events import Outcome
from tests.cluster.story import Story

DONE = {"left": False, "stuck": []}
DOOR = 8000


def story(**changes: Any) -> Story:
    record = Record(accepted={"+12125550123": ("a", 1.0)})
    given: dict[str, Any] = {
        "record": record,
        "outcomes": [Outcome("kill Redis", since=0, recovery=1, failures=Counter())],
        "leads": {"+12125550123": 1},
        "texts": Counter({"+12125550123": 1}),
        "end": DONE,
        "lists": Counter({"replica": 1}),
    }
    return Story(**given | changes)


def test_it_works() -> None:
    assert story().broken_promises() == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"leads": {}}, "leads are lost"),
        ({"leads": {"+12125550123": 2}}, "leads are there twice"),
        ({"leads": {"+12125550123": 1, "+12125550124": 1}}, "leads that nobody was told of"),
        ({"texts": Counter()}, "texts are lost"),
        ({"texts": Counter({"+12125550123": 2})}, "texts went out twice"),
        ({"end": DONE | {"stuck": ["x"]}}, "are stuck"),
        ({"end": DONE | {"left": True}}, "something is left to do"),
        ({"lists": Counter({"primary: away": 9})}, "no list came from the replica"),
        ({"outcomes": [Outcome("kill Redis", 0, 15.1, Counter())]}, "kill Redis"),
        ({"record": Record(wrong=["a 500"], accepted={"+12125550123": ("a", 1.0)})}, "a 500"),
    ],
)
def test_each_promise_can_be_broken(changes: dict[str, Any], words: str) -> None:
    (broken,) = story(**changes).broken_promises()
    assert words in broken


def insist(monkeypatch: pytest.MonkeyPatch, *answers: tuple[int | str, bytes], **known: Any) -> bytes:
    client, given = Client([DOOR], "key", **known), iter(answers)
    monkeypatch.setattr(Client, "_ask", lambda *_: next(given))
    monkeypatch.setattr("tests.cluster.client.time.sleep", lambda _: None)
    return client._insist("POST", "/v1/leads", 201)


@pytest.mark.parametrize(
    ("failure", "known"),
    [
        ((503, b""), {"is_without_primary": True}),
        (("refused", b""), {"is_down": {DOOR}}),
        (("cut off", b""), {"is_down": {DOOR}}),
    ],
)
def test_what_is_known_to_be_down_may_fail_and_nothing_else(
    failure: tuple[int | str, bytes], known: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert insist(monkeypatch, failure, (409, b"IDEMPOTENCY_CONFLICT"), (201, b"made"), **known) == b"made"
    with pytest.raises(Wrong):
        insist(monkeypatch, failure)


@pytest.mark.parametrize("status", [409, 404, 500, "503 without Retry-After", "no answer"])
def test_other_answers_are_wrong_whatever_is_down(status: int | str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Wrong):
        insist(
            monkeypatch,
            (status, b"IDEMPOTENCY_CONFLICT"[: 20 * (status == 409)]),
            is_without_primary=True,
            is_down={DOOR},
        )
