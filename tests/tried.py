"""Tells how many cases Schemathesis tried of each contract (tests/api/openapi), and fails where they were too few."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

#: By this property a test says [contract, cases tried, operations there are, cases wanted of them all together].
PROPERTY = "schemathesis"


@dataclass
class Tried:
    """What was tried of one contract, in whatever process; wanted holds for all of its operations together."""

    cases: int = 0
    operations: int = 0
    all_operations: int = 0
    wanted: int = 0

    @property
    def is_too_few(self) -> bool:
        return self.operations >= self.all_operations and self.cases < self.wanted

    def __str__(self) -> str:
        told = f"{self.cases:,} cases in {self.operations} of {self.all_operations} operations"
        return f"{told}, fewer than {self.wanted:,}" if self.is_too_few else told


def tried_in(config: pytest.Config) -> dict[str, Tried]:
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    found: dict[str, Tried] = {}
    for reports in reporter.stats.values() if reporter else ():
        for report in reports:
            for name, told in getattr(report, "user_properties", ()):
                if name == PROPERTY and report.when == "teardown":
                    contract, cases, all_operations, wanted = told
                    tried = found.setdefault(contract, Tried())
                    tried.cases += cases
                    tried.operations += 1
                    tried.all_operations, tried.wanted = all_operations, wanted
    return found


def pytest_sessionfinish(session: pytest.Session) -> None:
    if any(tried.is_too_few for tried in tried_in(session.config).values()):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for contract, tried in sorted(tried_in(terminalreporter.config).items()):
        terminalreporter.write_line(f"Schemathesis, {contract}: {tried}", red=tried.is_too_few)
