"""The table of sentences in docs/api/conformance.md names tests that are there, for every contract."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from crm.models import CredentialKind

TESTS = Path(__file__).parents[1]
PAGE = TESTS.parent / "docs" / "api" / "conformance.md"
SENTENCES = PAGE.read_text().partition("\n## ")[2]
ROWS = [line for line in SENTENCES.splitlines() if line.startswith("| ") and not line.startswith("| sentence")]


@cache
def names_in(file: str) -> frozenset[str]:
    return frozenset(re.findall(r"^\s*(?:async )?def (test_\w+)\(", (TESTS / file).read_text(), re.MULTILINE))


@pytest.mark.parametrize("row", ROWS)
def test_it_works(row: str) -> None:
    named = re.findall(r"`([\w/]+\.py)(?:::(\w+))?`", row.rpartition(" | ")[2])
    assert named, "no test"
    for file, name in named:
        assert (name or next(iter(names_in(file)))) in names_in(file), f"{file} has no {name}"


def test_every_contract_has_its_table() -> None:
    headings = {line[3:].casefold() for line in PAGE.read_text().splitlines() if line.startswith("## ")}
    assert {str(kind) for kind in CredentialKind} <= headings
