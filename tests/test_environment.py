"""Each variable of the environment that the code asks for stands in a document."""

from __future__ import annotations

import re

from tests.faults.world import PROJECT

_ASKED = re.compile(r"""(?:environ\.get|environ\[|flag|words|secret|prices)[(\["]+([A-Z][A-Z0-9_]{2,})\"""")
#: A request's own, between processes of ours, or for tests alone.
_OURS = {"HTTP_AUTHORIZATION", "LOCAL_URL", "STATIC_COLLECTED", "TEST_SQLITE_PATH", "LEADWRIGHT_FAILPOINT"}


def test_it_is_documented() -> None:
    code = [path for folder in ("crm", "leads", "sequences", "api") for path in (PROJECT / folder).rglob("*.py")]
    asked = {name for path in code for name in _ASKED.findall(path.read_text())} - _OURS
    asked |= set(re.findall(r"\$\{([A-Z_]{3,}):-", (PROJECT / "deploy/run").read_text()))
    assert len(asked) > 50, "the pattern finds them"
    pages = "".join(path.read_text() for path in (PROJECT / "docs").rglob("*.md"))
    told = set(re.findall(r"[A-Z][A-Z0-9_]{2,}", pages))
    assert sorted(name for name in asked if name.removesuffix("_FILE") not in told) == []
