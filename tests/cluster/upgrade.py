"""
make upgrade [ARGS="--from REVISION"]: a release takes the place of another under way, and everything is counted.

An integrator posts, changes and reads leads all the time; each new one gets a text from a sequence. The database is
migrated under the old web server and the old workers; then old and new serve together, first with the old workers
alone, then with both, then with the new alone; then the old web server is no longer asked, and the old column goes.
Without --from the new release is tests/cluster/releases; with it, the old one is that revision and the new one this
tree, which takes no column away.
"""

from __future__ import annotations

import argparse
import http.client
import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.cluster import releases
from tests.cluster.client import Client, Wrong
from tests.cluster.nodes import Cluster, cluster, until
from tests.cluster.story import Story

#: Of each door that is asked, so many leads in each part of the story.
ENOUGH = 8
_OLD, _NEW = 0, 1  # doors and workers


@dataclass(frozen=True, slots=True)
class Outcome:
    story: Story
    #: What /readyz said: which door at what point, and the status.
    readiness: dict[str, int]
    #: What the old web server, which nobody asks any more, answers once its column is gone.
    too_early: int | str
    #: Leads of which the text does not call them by a name that they had.
    misnamed: list[str]

    def broken_promises(self) -> list[str]:
        """One sentence for each."""
        should = {point: 503 if point == NEW_BEFORE else 200 for point in self.readiness}
        unready = [
            f"readyz: {point}: {self.readiness[point]}" for point in should if self.readiness[point] != should[point]
        ]
        failed = [f"{kind} at {door}" for kind, door, _ in self.story.record.failures]
        misnamed = [f"{len(self.misnamed)} texts with a wrong name: {self.misnamed[:3]}"] if self.misnamed else []
        return [*self.story.broken_promises(), *unready, *failed[:5], *misnamed]


OLD_BEFORE, NEW_BEFORE = "old code, before the migration", "new code, before the migration"
OLD_AHEAD, NEW_AFTER = "old code, the database ahead", "new code, after the migration"
NEW_CONTRACTED = "new code, the old column gone"


def live_through(it: Cluster, upgrade: releases.Upgrade, tell: Callable[[str], None]) -> Outcome:
    """Raises AssertionError when something does not start or stands still."""
    key = json.loads(it.world.run("-m", "tests.cluster.scenario", "prepare", tree=upgrade.old))
    it.world.forget_what_was_sent()
    it.start_web(_OLD, upgrade.old)
    it.start_worker(_OLD, upgrade.old)
    it.start_web(_NEW, upgrade.new)
    it.wait_for_web(_OLD)
    client, readiness, began = Client([it.doors[_OLD]], key), dict[str, int](), time.monotonic()

    def part(words: str) -> None:
        """Until each door that is asked has taken leads enough, and those have their texts."""
        since, taken = time.monotonic(), len(client.record.accepted)
        assert until(lambda: _enough(it, client, since, taken), 60), f"{words}: nothing gets on"
        tell(f"{time.monotonic() - began:5.1f} s, {words}: {len(client.record.accepted) - taken} leads")

    client.start()
    assert until(lambda: _ask(it.doors[_NEW], "/readyz") not in {"refused"}, 60)
    readiness |= {OLD_BEFORE: _ask(it.doors[_OLD], "/readyz"), NEW_BEFORE: _ask(it.doors[_NEW], "/readyz")}
    part("old code alone")
    it.world.run("manage.py", "migrate", "-v0", tree=upgrade.new)
    readiness |= {OLD_AHEAD: _ask(it.doors[_OLD], "/readyz"), NEW_AFTER: _ask(it.doors[_NEW], "/readyz")}
    part("old code alone, the database ahead")
    client.doors = it.doors
    part("old and new web servers, old workers")
    it.start_worker(_NEW, upgrade.new)
    it.wait_for_worker(_NEW)
    part("old and new web servers and workers")
    it.stop(f"worker-{_OLD}")
    part("old and new web servers, new workers")
    client.doors = [it.doors[_NEW]]
    part("new code alone")
    too_early: int | str = ""
    if upgrade.after:
        it.world.run("manage.py", "migrate", "-v0", tree=upgrade.after)
        readiness[NEW_CONTRACTED] = _ask(it.doors[_NEW], "/readyz")
        part("new code alone, the old column gone")
        a_lead = next(iter(client.record.accepted.values()))[0]
        too_early = _ask(it.doors[_OLD], f"/v1/leads/{a_lead}", key)
    client.end()
    try:
        client.read_again()
    except Wrong as error:
        client.record.wrong.append(f"at the end: {error}")
    return Outcome(_counted(it, upgrade, client), readiness, too_early, _misnamed(it, client))


def _enough(it: Cluster, client: Client, since: float, taken: int) -> bool:
    answered = Counter(door for door, begun, _ in [*client.record.right] if begun > since)
    fresh = [*client.record.accepted][taken:]
    texted = {line["to"] for line in it.world.lines()}
    # A lead is three questions or more, of which a door may get any.
    return min(answered[door] for door in client.doors) >= 3 * ENOUGH and len(texted & set(fresh)) >= ENOUGH


def _counted(it: Cluster, upgrade: releases.Upgrade, client: Client) -> Story:
    end = it.world.finish(tree=upgrade.after or upgrade.new)
    leads = json.loads(it.world.run("-m", "tests.cluster.scenario", "leads", tree=upgrade.after or upgrade.new))
    return Story(client.record, [], leads, Counter(line["to"] for line in it.world.lines()), end)


def _misnamed(it: Cluster, client: Client) -> list[str]:
    """Texts that do not call their lead by a name that it was posted with or changed to."""
    bodies = {line["to"]: line["body"] for line in it.world.lines()}
    return [
        f"{lead}: {bodies[phone]}"
        for phone, lead in client.record.posted.items()
        if phone in bodies and not bodies[phone].startswith((f"Hi {lead.first_name}", f"Hi {lead.former_name or '-'}"))
    ]


def _ask(door: int, path: str, key: str = "") -> Any:
    """The status, or "refused"."""
    connection = http.client.HTTPConnection("127.0.0.1", door, timeout=20)
    try:
        connection.request("GET", path, headers={"Authorization": f"Bearer {key}"} if key else {})
        return connection.getresponse().status
    except ConnectionRefusedError:
        return "refused"
    finally:
        connection.close()


def main() -> None:
    parser = argparse.ArgumentParser(
        "make upgrade", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--from", dest="revision", help="of git, whose code is the old release")
    revision = parser.parse_args().revision
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        upgrade = releases.since(revision, folder) if revision else releases.example(folder)
        with cluster(folder, upgrade.old) as it:
            it.world.environment["CLOSE_AS_BEFORE"] = "1" if revision else ""  # the old one may know no other way
            outcome = live_through(it, upgrade, lambda words: print(words, flush=True))
    print(outcome.story)
    if broken := outcome.broken_promises():
        sys.exit("\n".join(["NOT as promised", *broken]))


if __name__ == "__main__":
    main()
