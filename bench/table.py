"""Results as a table, on the terminal and in docs/performance.md."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from bench.measure import Result

_GROWTH = "## Growth"
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
    document.write_text(_with_growth(known).rstrip() + "\n")


def _with_growth(document: str) -> str:
    """A section that compares the largest number of leads with the smallest, when there are two at least."""
    before, _, _ = document.partition(_GROWTH)
    sections = {
        int(count.replace(",", "")): _figures(text)
        for count, text in re.findall(r"^## ([\d,]+) leads\n(.*?)(?=^## |\Z)", before, re.DOTALL | re.MULTILINE)
    }
    if len(sections) < 2:
        return before
    few, many = min(sections), max(sections)
    rows = "".join(
        f"| {name} | {seconds / sections[few][key].seconds:.2f} | {sections[few][key].ratio / max(ratio, 0.01):.2f} |\n"
        for key, (name, seconds, ratio) in sections[many].items()
        if key in sections[few]
    )
    words = f"{many:,} leads against {few:,}: how many times the time, and how many times further from the floor."
    return f"{before.rstrip()}\n\n{_GROWTH}\n\n{words}\n\n| work | time | distance |\n| --- | ---: | ---: |\n{rows}"


class _Figures(NamedTuple):
    name: str
    seconds: float
    ratio: float


def _figures(section: str) -> dict[str, _Figures]:
    """By the work's name without its numbers, which differ from run to run."""
    found = re.findall(r"^\| ([^|]+) \| ([\d.]+) (s|ms|µs) \| [^|]+ \| ([\d.]+) \|", section, re.MULTILINE)
    units = {"s": 1.0, "ms": 1e-3, "µs": 1e-6}
    return {
        re.sub(r"\d[\d,]*", "", name): _Figures(name, float(time) * units[unit], float(ratio))
        for name, time, unit, ratio in found
    }


def _time(seconds: float) -> str:
    if seconds >= 1:
        return f"{seconds:.2f} s"
    return f"{seconds * 1e3:.2f} ms" if seconds >= 1e-3 else f"{seconds * 1e6:.1f} µs"
