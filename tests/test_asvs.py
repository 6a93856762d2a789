"""docs/asvs.md has every requirement of levels 1 and 2 once, names tests that are there, and counts right."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[1]
PAGE = (PROJECT / "docs/asvs.md").read_text()
#: How many requirements of level 1 and of level 2 each chapter of version 5.0.0 has.
CHAPTERS = {
    1: (8, 19), 2: (4, 7), 3: (8, 11), 4: (2, 8), 5: (4, 5), 6: (13, 22), 7: (6, 12), 8: (4, 3), 9: (4, 3),
    10: (5, 24), 11: (3, 11), 12: (3, 6), 13: (1, 12), 14: (2, 7), 15: (3, 10), 16: (0, 16), 17: (0, 7),
}  # fmt: skip
STATES = ("met", "met, untested", "not applicable", "not met")
LINES = [line for line in PAGE.splitlines() if line.startswith("| V")]
ROWS = [[cell.strip() for cell in line.strip("|").split("|")] for line in LINES]


@cache
def names_in(file: str) -> frozenset[str]:
    return frozenset(re.findall(r"^\s*(?:async )?def (test_\w+)\(", (PROJECT / file).read_text(), re.MULTILINE))


@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
def test_it_works(row: list[str]) -> None:
    _requirement, level, asks, state, why = row
    assert level in ("1", "2")
    assert asks
    assert why
    assert state in STATES
    named = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", why)
    assert state != "met" or any(name for _file, name in named), "no test"
    assert len(named) == why.count("tests/"), "a test that is not written as `tests/…/test_x.py::test_y`"
    for file, name in named:
        assert (name or next(iter(names_in(file)))) in names_in(file), f"{file} has no {name}"


def test_each_stands_here_once_below_its_chapter() -> None:
    assert [requirement for requirement, count in Counter(row[0] for row in ROWS).items() if count > 1] == []
    for number, text in re.findall(r"^## V(\d+) (.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL):
        rows = re.findall(r"^\| V(\d+)\.\d+\.\d+ \| ([12]) ", text, re.MULTILINE)
        assert {chapter for chapter, _level in rows} == {number}
        levels = Counter(level for _chapter, level in rows)
        assert (levels["1"], levels["2"]) == CHAPTERS[int(number)], f"V{number}"
    assert len(ROWS) == sum(map(sum, CHAPTERS.values()))


@pytest.mark.parametrize("state", [*STATES, "all"])
def test_the_counts_at_the_top_are_true(state: str) -> None:
    counted = Counter(row[1] for row in ROWS if state in (row[3], "all"))
    assert f"| {state} | {counted['1']} | {counted['2']} | {counted.total()} |" in PAGE
