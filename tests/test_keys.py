"""docs/security.md has a table of every key and secret there is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[1]
_TABLE = (PROJECT / "docs" / "security.md").read_text().partition("\n## Keys\n")[2].partition("\n## ")[0]
#: What the settings take from the environment or from a file that only they read.
_SECRETS = sorted({
    name for path in (PROJECT / "crm").rglob("*.py") for name in re.findall(r'\bsecret\(\s*"(\w+)"', path.read_text())
})  # fmt: skip


def test_it_works() -> None:
    assert {"SECRET_KEY", "ENCRYPTION_KEYS"} <= set(_SECRETS)


@pytest.mark.parametrize("name", _SECRETS)
def test_every_secret_of_the_environment_stands_in_the_table(name: str) -> None:
    assert f"`{name}`" in _TABLE


def test_each_says_what_it_is_for_and_how_it_is_replaced() -> None:
    rows = [line.strip("|").split("|") for line in _TABLE.splitlines() if line.startswith("|")][2:]
    assert len(rows) > len(_SECRETS) / 2
    assert [row[0] for row in rows if len(row) != 6 or not all(row[place].strip() for place in (0, 2, 3, 5))] == []
