"""The count of Schemathesis' cases: told, and a failure where it is too low."""

from __future__ import annotations

import pytest

from tests.tried import PROPERTY, Tried, pytest_sessionfinish, tried_in


class Told:
    """A report of a test, or a reporter that has it, or what else pytest hands to its hooks."""

    def __init__(self, **about: object) -> None:
        self.__dict__.update(about)


def session_with(*told: list[object]) -> Told:
    """[contract, cases, operations there are, cases wanted] of each test."""
    reports = [Told(user_properties=[(PROPERTY, each)], when="teardown") for each in told]
    plugins = Told(get_plugin=lambda name: Told(stats={"": reports}))
    return Told(config=Told(pluginmanager=plugins), exitstatus=0)


def test_it_adds_up_what_each_process_tells() -> None:
    session = session_with(["lendworks", 600, 2, 1000], ["lendworks", 450, 2, 1000], ["convoso", 9, 3, 1000])
    found = tried_in(session.config)  # type: ignore[attr-defined]
    assert {name: str(tried) for name, tried in found.items()} == {
        "lendworks": "1,050 cases in 2 of 2 operations",
        "convoso": "9 cases in 1 of 3 operations",
    }


@pytest.mark.parametrize(("cases", "status"), [(1000, 0), (999, 1)])
def test_too_few_fail_the_run(cases: int, status: int) -> None:
    session = session_with(["lendworks", cases, 1, 1000])
    pytest_sessionfinish(session)  # type: ignore[arg-type]
    assert session.exitstatus == status  # type: ignore[attr-defined]


def test_a_part_of_the_operations_may_have_tried_less() -> None:
    assert not Tried(cases=10, operations=1, all_operations=2, wanted=1000).is_too_few
