"""The whole of it: leads come in all the time, machines are lost one after another, and then everything is counted."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from tests.cluster.client import Client, Record
from tests.cluster.events import PROMISED, Events, Outcome
from tests.cluster.nodes import Cluster

EVENTS = ("kill a web server", "kill a worker tree", "kill Redis", "kill the replica", "restart the primary")


@dataclass(frozen=True, slots=True)
class Story:
    record: Record
    outcomes: list[Outcome]
    #: Phone -> leads that the database has, and texts that the channel took.
    leads: dict[str, int]
    texts: Counter[str]
    #: Of the engine: what is left to do, what nothing will ever move.
    end: dict[str, Any]
    #: By the database that they were read from, and why; None where there is no replica.
    lists: Counter[str] | None = None

    def __str__(self) -> str:
        accepted = self.record.accepted
        lists = ", ".join(f"{number:,} {which}" for which, number in sorted((self.lists or {}).items()))
        lost = sum(phone not in self.leads for phone in accepted)
        return (
            f"{len(self.record.right):,} right answers, {len(self.record.wrong)} wrong; {len(accepted):,} leads "
            f"accepted, {lost} lost, {_doubled(self.leads)} doubled; {sum(self.texts[phone] for phone in accepted):,} "
            f"texts, {sum(not self.texts[phone] for phone in accepted)} missing, {_doubled(self.texts)} doubled"
            + (f"; lists since the web servers were started: {lists}" if lists else "")
        )

    def broken_promises(self) -> list[str]:
        """One sentence for each."""
        accepted = set(self.record.accepted)
        late = [f"{each.event}: {each}" for each in self.outcomes if each.recovery > PROMISED]
        counts = {
            "leads are lost": accepted - set(self.leads),
            "leads that nobody was told of": set(self.leads) - accepted,
            "leads are there twice": [phone for phone, times in self.leads.items() if times > 1],
            "texts are lost": accepted - set(self.texts),
            "texts went out twice": [phone for phone, times in self.texts.items() if times > 1],
            "are stuck": self.end["stuck"],
        }
        counted = [f"{len(which)} {words}: {sorted(map(str, which))[:5]}" for words, which in counts.items() if which]
        left = ["something is left to do"] if self.end["left"] else []
        unused = [] if self.lists is None or self.lists["replica"] else ["no list came from the replica"]
        return [*self.record.wrong[:5], *late, *counted, *left, *unused]


def _doubled(counts: dict[str, int]) -> int:
    return sum(times > 1 for times in counts.values())


def live_through(cluster: Cluster, events: Sequence[str], tell: Callable[[Outcome], None]) -> Story:
    """Start every node and the client, let these events happen, and wait until everything is done."""
    key, quiet_key = json.loads(cluster.world.run("-m", "tests.cluster.scenario", "prepare_both"))
    cluster.world.forget_what_was_sent()
    for number in range(2):
        cluster.start_web(number)
        cluster.start_worker(number)
    for number in range(2):
        cluster.wait_for_web(number)
    client, outcomes = Client(cluster.doors, key, quiet_key), []
    client.start()
    for outcome in Events(cluster, client).all(events):
        outcomes.append(outcome)
        tell(outcome)
    client.end()
    lists = cluster.lists_read()
    end = cluster.world.finish()
    leads = json.loads(cluster.world.run("-m", "tests.cluster.scenario", "leads"))
    texts = Counter(line["to"] for line in cluster.world.lines())
    return Story(client.record, outcomes, leads, texts, end, lists)
