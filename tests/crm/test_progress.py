"""What the supervisor and the liveness probe see."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path

import pytest
from django.core.management import call_command
from django.utils import timezone
from pytest_django import Settings

from crm import heartbeat, progress
from crm.progress import Progress, Waiting

LONG_AGO = dt.datetime(2026, 1, 5, 8, tzinfo=dt.UTC)


@pytest.fixture
def due(monkeypatch: pytest.MonkeyPatch) -> dict[str, Waiting]:
    """What waits longest, by kind, for the test to change."""
    waiting: dict[str, Waiting] = {}
    monkeypatch.setattr(progress, "oldest_due", lambda now: dict(waiting))
    monkeypatch.setattr("crm.management.commands.worker_health.oldest_due", lambda now: dict(waiting))
    return waiting


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    hands = [1000.0]
    monkeypatch.setattr("crm.progress.time.monotonic", lambda: hands[0])
    return hands


def test_a_row_that_is_never_touched_is_seen(due: dict[str, Waiting], clock: list[float]) -> None:
    watch = Progress(60)
    due["message"] = Waiting(LONG_AGO, 7)
    assert watch.stuck() == ""
    clock[0] += 61
    assert watch.stuck() == "the message due since 08:00:00 UTC has not been touched for 61 s"
    watch.forget()
    assert watch.stuck() == ""


def test_a_long_queue_that_moves_is_well(due: dict[str, Waiting], clock: list[float]) -> None:
    watch = Progress(60)
    for pk in range(10):
        due["step"] = Waiting(LONG_AGO, pk)
        assert watch.stuck() == ""
        clock[0] += 50


def test_one_kind_that_moves_does_not_hide_another(due: dict[str, Waiting], clock: list[float]) -> None:
    watch = Progress(60)
    due["step"] = Waiting(LONG_AGO, 1)
    for pk in range(3):
        due["message"] = Waiting(LONG_AGO, pk)
        words = watch.stuck()
        clock[0] += 50
    assert words.startswith("the step due since")


@pytest.fixture
def var(settings: Settings, tmp_path: Path) -> Path:
    settings.VAR_DIR = tmp_path
    return tmp_path


def health(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    try:
        call_command("worker_health", *words)
        code = 0
    except SystemExit as ended:
        code = int(str(ended.code))
    return code, capsys.readouterr().out.strip()


def test_a_machine_without_worker_is_not_well(
    var: Path, due: dict[str, Waiting], capsys: pytest.CaptureFixture[str]
) -> None:
    assert health(capsys) == (1, "no worker runs on this machine; nothing is due")
    assert health(capsys, "--anywhere") == (0, "nothing is due")


def test_a_worker_that_beats_is_well(var: Path, due: dict[str, Waiting], capsys: pytest.CaptureFixture[str]) -> None:
    pulse = heartbeat.Pulse()
    pulse.touch()
    assert health(capsys) == (0, "last sign of life 0 s ago; nothing is due")
    os.utime(pulse.path, (0, 0))
    code, words = health(capsys)
    assert code == 1
    assert "more than 150 s" in words
    pulse.end()
    assert health(capsys)[1].startswith("no worker runs")


def test_what_a_killed_supervisor_left_behind_does_not_count(
    var: Path, due: dict[str, Waiting], capsys: pytest.CaptureFixture[str]
) -> None:
    pulse = heartbeat.Pulse()
    left_behind = pulse.path.with_name(pulse.path.name.replace(f"-{os.getpid()}.", "-99999999."))
    left_behind.touch()
    pulse.touch()
    os.utime(left_behind, (0, 0))
    assert health(capsys)[0] == 0
    pulse.end()
    heartbeat.Pulse().end()
    assert not left_behind.exists()


def test_how_long_work_has_waited_is_told_and_counts_on_request(
    var: Path, due: dict[str, Waiting], capsys: pytest.CaptureFixture[str]
) -> None:
    due["message"] = Waiting(timezone.now() - dt.timedelta(seconds=400), 1)
    code, words = health(capsys, "--anywhere")
    assert code == 0
    assert words.startswith("the oldest message has been due for 40")


def test_a_queue_that_stands_still_is_told_from_one_that_is_slow(
    var: Path, due: dict[str, Waiting], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    hands = [timezone.now().timestamp()]
    monkeypatch.setattr("crm.progress.time.time", lambda: hands[0])
    probe = ("--anywhere", "--due", "300")
    for pk in range(5):
        due["message"] = Waiting(LONG_AGO, pk)
        code, words = health(capsys, *probe)
        assert (code, words.endswith("and work gets on")) == (0, True)
        hands[0] += 200
    due["step"] = Waiting(LONG_AGO, 99)
    assert health(capsys, *probe)[0] == 0
    hands[0] += 301
    due["message"] = Waiting(LONG_AGO, 5)
    code, words = health(capsys, *probe)
    assert (code, "the same step has waited longest for 301 s, so nothing moves" in words) == (1, True)
    due["step"] = Waiting(LONG_AGO, 100)
    assert health(capsys, *probe)[0] == 0


@pytest.mark.parametrize("note", ["", "[]", '{"message": 3}', "\0"])
def test_a_note_that_says_nothing_is_begun_anew(
    var: Path, due: dict[str, Waiting], capsys: pytest.CaptureFixture[str], note: str
) -> None:
    (var / "workers").mkdir()
    (var / "workers" / "oldest-due.json").write_text(note)
    due["message"] = Waiting(LONG_AGO, 1)
    assert health(capsys, "--anywhere", "--due", "300")[0] == 0


def test_who_can_keep_no_note_goes_by_the_age(
    var: Path, due: dict[str, Waiting], capsys: pytest.CaptureFixture[str]
) -> None:
    (var / "workers").write_text("a file, where a folder should be")
    due["message"] = Waiting(LONG_AGO, 1)
    assert health(capsys, "--anywhere", "--due", "300")[0] == 1
