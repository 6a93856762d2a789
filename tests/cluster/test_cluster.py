"""
Two web servers and two worker trees lose what they stand on, and nobody is answered wrongly.

Short here; `make cluster` is the whole of it, with throughput and figures.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cluster.nodes import Cluster, cluster, with_replica
from tests.cluster.story import EVENTS, live_through
from tests.faults.postgres import NotInstalled

pytestmark = [
    pytest.mark.faults,
    pytest.mark.skipif(
        not os.environ.get("DATABASE_URL", "").startswith("postgres"), reason="several machines need PostgreSQL"
    ),
]


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Cluster]:
    try:
        with cluster(tmp_path) as it, with_replica(it):
            yield it
    except NotInstalled as error:
        pytest.skip(str(error))


def test_nothing_is_lost_or_doubled_and_every_answer_is_right(running: Cluster) -> None:
    story = live_through(running, EVENTS, print)
    print(story)
    assert story.broken_promises() == []
    assert len(story.record.accepted) > 20
    assert story.outcomes[0].failures["refused"] + story.outcomes[0].failures["cut off"] > 0
