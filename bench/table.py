"""Results as a table, on the terminal and in docs/performance.md."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from bench.measure import Result

_HEAD = "| work | ours | floor | ratio | target | the floor is |\n| --- | ---: | ---: | ---: | --- | --- |\n"


def line(result: Result) -> str:
    return f"{result.name}: {_time(result.ours)} to {_time(result.floor)}, ratio {result.ratio:.2f} {result.target}"


def section(leads: int, results: Sequence[Result], about: str) -> str:
    """A markdown section with its heading; ratio is floor / ours, so 1.00 would be the floor itself."""
    rows = "".join(
        f"| {result.name} | {_time(result.ours)} | {_time(result.floor)} | {result.ratio:.2f} "
        f"| {result.target} | {result.floor_name} |\n"
        for result in results
    )
    return f"## {leads:,} leads\n\n{about}\n\n{_HEAD}{rows}"


def put_into(document: Path, leads: int, text: str) -> None:
    """Replace the section for this number of leads, or add it."""
    known = document.read_text() if document.exists() else "# Performance\n"
    pattern = re.compile(rf"## {leads:,} leads\n.*?(?=\n## |\Z)", re.DOTALL)
    if pattern.search(known):
        known = pattern.sub(lambda _: text.rstrip() + "\n", known)
    else:
        known = f"{known.rstrip()}\n\n{text}"
    document.write_text(known.rstrip() + "\n")


def _time(seconds: float) -> str:
    if seconds >= 1:
        return f"{seconds:.2f} s"
    return f"{seconds * 1e3:.2f} ms" if seconds >= 1e-3 else f"{seconds * 1e6:.1f} µs"
