"""A release takes another's place, database and all, and no request, step or lead knows. make upgrade is the same."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cluster import releases
from tests.cluster.client import Posted, Record
from tests.cluster.nodes import Cluster, cluster
from tests.cluster.story import Story
from tests.cluster.upgrade import NEW_BEFORE, OLD_AHEAD, Outcome, live_through
from tests.faults.postgres import NotInstalled

on_postgresql = pytest.mark.skipif(
    not os.environ.get("DATABASE_URL", "").startswith("postgres"), reason="several machines need PostgreSQL"
)


@pytest.fixture
def upgrade(tmp_path: Path) -> releases.Upgrade:
    return releases.example(tmp_path)


@pytest.fixture
def running(tmp_path: Path, upgrade: releases.Upgrade) -> Iterator[Cluster]:
    try:
        with cluster(tmp_path, upgrade.old) as it:
            yield it
    except NotInstalled as error:
        pytest.skip(str(error))


@pytest.mark.faults
@on_postgresql
def test_old_and_new_code_serve_at_once_and_nothing_is_lost(running: Cluster, upgrade: releases.Upgrade) -> None:
    outcome = live_through(running, upgrade, print)
    print(outcome.story)
    assert outcome.broken_promises() == []
    assert len(outcome.story.record.accepted) > 40
    # Whoever takes the column away too early hears of it here: this proof would see it.
    assert outcome.too_early == 500


DONE = {"left": False, "stuck": []}
PHONE = "+12125550123"


def outcome(**changes: Any) -> Outcome:
    record = Record(
        accepted={PHONE: ("a", 1.0)},
        posted={PHONE: Posted("Lead 1", "Mary1", PHONE)},
        failures=changes.pop("failures", []),
        wrong=changes.pop("wrong", []),
    )
    story = Story(record, [], {PHONE: 1}, Counter({PHONE: 1}), DONE)
    given: dict[str, Any] = {"story": story, "readiness": {OLD_AHEAD: 200, NEW_BEFORE: 503}, "too_early": 500}
    return Outcome(**given | {"misnamed": []} | changes)


def test_it_works() -> None:
    assert outcome().broken_promises() == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"readiness": {OLD_AHEAD: 503}}, OLD_AHEAD),
        ({"readiness": {NEW_BEFORE: 200}}, NEW_BEFORE),
        ({"failures": [("503", 8000, 1.0)]}, "503 at 8000"),
        ({"wrong": ["a 500"]}, "a 500"),
        ({"misnamed": ["Hi Fred"]}, "wrong name"),
    ],
)
def test_each_promise_can_be_broken(changes: dict[str, Any], words: str) -> None:
    (broken,) = outcome(**changes).broken_promises()
    assert words in broken
