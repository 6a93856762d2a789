"""What an edit changed, in any two versions."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sequences.versions import Change, Kind, diff

HELLO, BYE, CALL = ({"kind": "fixed", "message": message, "delay_hours": 0} for message in ("Hello", "Bye", "Call me"))
steps = st.lists(st.sampled_from([HELLO, BYE, CALL, HELLO | {"delay_hours": 24}]), max_size=6)


def test_it_works() -> None:
    assert diff([HELLO, BYE], [HELLO, CALL, BYE | {"delay_hours": 24}]) == [
        Change(Kind.SAME, 0, 0),
        Change(Kind.CHANGED, 1, 1, ("message",)),
        Change(Kind.ADDED, None, 2),
    ]


def test_a_step_that_went_is_removed() -> None:
    assert diff([HELLO, CALL, BYE], [HELLO, BYE]) == [
        Change(Kind.SAME, 0, 0),
        Change(Kind.REMOVED, 1, None),
        Change(Kind.SAME, 2, 1),
    ]


@given(steps, steps)
def test_each_step_of_both_is_told_once(before: list[dict[str, object]], after: list[dict[str, object]]) -> None:
    changes = diff(before, after)
    assert [each.before for each in changes if each.before is not None] == list(range(len(before)))
    assert [each.after for each in changes if each.after is not None] == list(range(len(after)))
    for each in changes:
        if each.kind is Kind.SAME:
            assert each.before is not None
            assert each.after is not None
            assert before[each.before] == after[each.after]
        assert bool(each.fields) == (each.kind is Kind.CHANGED)
