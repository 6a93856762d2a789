"""
make chaos ARGS="WHAT … [--postgres] [--write]": the proofs that take long, and their figures.

kills    kill, freeze, disconnect and restart what sends (--rounds of 500 sends each)
stops    a STOP for every lead while several processes send to them (--races)
latency  how long after its time a step goes out
hours    the gate against every clock that may be somebody's (--cases)

On SQLite; with --postgres on a PostgreSQL server of their own, which kills restarts; with DATABASE_URL=postgres://… on
a database of their own on that server. --write puts the figures into docs/reliability.md.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
django.setup()

from tests.faults import chaos, hours, latency, stops  # noqa: E402
from tests.faults.world import PROJECT, World, place  # noqa: E402

_DOC = PROJECT / "docs" / "reliability.md"


def main() -> None:
    given = _arguments()
    if given.what == "hours":
        cases = hours.try_many(given.cases, given.seed)
        _tell(given, "hours", str(cases), is_clean=not (cases.in_quiet_hours or cases.wrongly_deferred))
        return
    with tempfile.TemporaryDirectory() as name, place(Path(name), own_postgres=given.postgres) as (url, server):
        world = World(Path(name), url)
        line = f"{given.what}, {url.partition(':')[0]}"
        try:
            match given.what:
                case "kills":
                    provider = "Naive" if given.naive else "FlakyProvider"
                    figures = chaos.rounds(world, given.rounds, given.seed, server, provider)
                    _tell(given, line, str(figures), is_clean=figures.is_clean != given.naive)
                case "stops":
                    races = stops.race(world, given.races)
                    _tell(given, line, str(races), is_clean=not races.late)
                case "latency":
                    measured = latency.measure(world)
                    is_quick = measured.at_once <= latency.AT_ONCE and measured.scheduled <= latency.SCHEDULED
                    _tell(given, line, str(measured), is_clean=is_quick)
        finally:
            world.end()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        "make chaos", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=["kills", "stops", "latency", "hours"], nargs="?", default="kills")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--races", type=int, default=1000)
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--postgres", action="store_true", help="on a server of their own")
    parser.add_argument("--naive", action="store_true", help="kills: send again without proof; must find duplicates")
    parser.add_argument("--write", action="store_true")
    return parser.parse_args()


def _tell(given: argparse.Namespace, name: str, words: str, *, is_clean: bool) -> None:
    """Print it, put it into its line of the table when that is wanted, and say so when it is no proof."""
    print(words)
    if given.write and not given.naive:
        start = f"| {name} |"
        lines = _DOC.read_text().splitlines()
        assert any(line.startswith(start) for line in lines), f"docs/reliability.md has no line {start}"
        text = "\n".join(f"{start} {words} |" if line.startswith(start) else line for line in lines)
        _DOC.write_text(f"{text}\n")
    if not is_clean:
        sys.exit("NOT as promised")


if __name__ == "__main__":
    main()
