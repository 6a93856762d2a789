"""Each package that is asked for has its reason in docs/dependencies.md, and none is listed that is gone."""

from __future__ import annotations

import re
import tomllib

from tests.faults.world import PROJECT


def test_every_package_has_a_row_and_every_row_a_package() -> None:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())
    asked = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    names = sorted(re.split(r"[\[<>=!~ ]", each)[0] for each in asked)
    rows = re.findall(r"^\| ([\w.-]+) \|", (PROJECT / "docs/dependencies.md").read_text(), re.MULTILINE)
    assert sorted(set(rows) - {"package"}) == names
