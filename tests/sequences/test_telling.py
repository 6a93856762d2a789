"""What an edit changed, in words."""

from __future__ import annotations

from typing import Any

from sequences.telling import Piece, between, told


def content(**given: Any) -> dict[str, Any]:
    return {
        "kind": "fixed",
        "channel": "sms",
        "subject": "",
        "message": "Hi",
        "instructions": "",
        "delay_hours": 0,
        "skip_if_replied": True,
        "in_business_hours": False,
        "task_kind": "todo",
        "waits_until_done": False,
    } | given


def test_it_works() -> None:
    before = [content(), content(message="Two", delay_hours=24), content(kind="ai", message="", instructions="Ask")]
    after = [content(), content(message="Two and a half", delay_hours=30), content(kind="task", message="Call them")]
    second, third = told(before, after)
    assert (second.kind, second.title) == ("changed", "Step 2")
    assert second.lines == [
        ("Message", [Piece("Two"), Piece(" and a half", "ins")]),
        ("Delay", [Piece("Wait 1 day"), Piece(" 6 hours", "ins")]),
    ]
    assert third.title == "Step 3"
    assert [label for label, _ in third.lines] == ["Kind", "Message", "Instructions"]


def test_what_came_and_what_went() -> None:
    [added] = told([content()], [content(), content(message="More", delay_hours=48)])
    assert (added.kind, added.title) == ("added", "Step 2 is new")
    assert added.lines == [("Text, wait 2 days", [Piece("More")])]
    [gone] = told([content(), content(message="More")], [content(message="More")])
    assert (gone.title, gone.lines[0][1]) == ("Step 1 is gone", [Piece("Hi", "del")])


def test_the_same_is_not_told() -> None:
    assert told([content()], [content()]) == []


def test_every_switch_is_told_in_words() -> None:
    [only] = told(
        [content()],
        [content(channel="email", skip_if_replied=False, in_business_hours=True, subject="Hello")],
    )
    said = {label: "".join(piece.text for piece in pieces if piece.css == "ins") for label, pieces in only.lines}
    assert said["Subject"] == "Hello"
    assert said["After a reply"] == "said all the same"
    assert said["Business hours"] == "only then"


def test_words_that_changed_together_stand_together() -> None:
    assert between("Hi there, it's Acme", "Hi there, how are you") == [
        Piece("Hi there, "),
        Piece("it's Acme", "del"),
        Piece("how are you", "ins"),
    ]
