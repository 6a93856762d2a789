"""
make cluster [ARGS=--write]: several machines on this one, what breaks among them, and what it comes to.

Two web servers and two worker trees on PostgreSQL with a replica, behind PgBouncer, with Redis; all on loopback, all
thrown away. It takes six minutes on two cores that others keep busy, ten at most. --write puts the figures into
docs/scaling.md.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import signal
import sys
import tempfile
from pathlib import Path

from tests.cluster.nodes import cluster, with_replica
from tests.cluster.story import EVENTS, live_through
from tests.cluster.throughput import PROVIDER_SECONDS, measure
from tests.faults.world import PROJECT

_DOC = PROJECT / "docs" / "scaling.md"
_LIMIT_SECONDS = 600


def main() -> None:
    parser = argparse.ArgumentParser(
        "make cluster", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    signal.signal(signal.SIGALRM, lambda *_: sys.exit(f"NOT as promised: not done after {_LIMIT_SECONDS} s"))
    signal.alarm(_LIMIT_SECONDS)
    figures: dict[str, str] = {}
    with tempfile.TemporaryDirectory() as name, cluster(Path(name)) as it, with_replica(it):
        for name, steps, seconds, rounds in (("work", 4000, 0.0, 2), ("provider", 800, PROVIDER_SECONDS, 1)):
            _tell(figures, f"throughput, {name}", str(measure(it, steps, seconds, rounds)))
        story = live_through(it, EVENTS, lambda outcome: _tell(figures, outcome.event, str(outcome)))
        _tell(figures, "all in all", str(story))
        load, cores = os.getloadavg()[1], os.cpu_count()
        _tell(figures, "measured", f"{dt.datetime.now(dt.UTC):%d %b %Y}, {cores} cores, load {load:.1f} at the end")
    if given.write:
        _write(figures)
    if broken := story.broken_promises():
        sys.exit("\n".join(["NOT as promised", *broken]))


def _tell(figures: dict[str, str], name: str, words: str) -> None:
    figures[name] = words
    print(f"{name}: {words}", flush=True)


def _write(figures: dict[str, str]) -> None:
    """Each into its line of the table."""
    lines = _DOC.read_text().splitlines()
    for name, words in figures.items():
        start = f"| {name} |"
        assert any(line.startswith(start) for line in lines), f"docs/scaling.md has no line {start}"
        lines = [f"{start} {words} |" if line.startswith(start) else line for line in lines]
    _DOC.write_text("\n".join([*lines, ""]))


if __name__ == "__main__":
    main()
