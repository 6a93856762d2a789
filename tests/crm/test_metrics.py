"""Metrics and crash reports: what Prometheus reads on the guarded port, and what Sentry never hears."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest
import sentry_sdk
from sentry_sdk.transport import Transport

from crm.models import Advisor
from crm.observing import crashes, exposing
from crm.observing.standing import Standing
from leads import messaging
from leads.models import Message, MessageState
from tests.conftest import MakeLead
from tests.faults.world import PROJECT
from tests.serving import environment, free_port

_COUNT_IN_A_PROCESS = """
import os, sys
from pathlib import Path
from crm.observing import exposing
exposing.begin("web", Path(sys.argv[1]))
import django; django.setup()
from crm.observing import metrics
from multiprocessing import get_context
def work():
    metrics.count(metrics.MESSAGES, "sms", "sent", by=2)
if __name__ == "__main__":
    server = exposing.serve("web", with_rows=False)
    metrics.count(metrics.MESSAGES, "sms", "sent")
    child = get_context("fork").Process(target=work); child.start(); child.join()
    import urllib.request
    address, headers = "http://127.0.0.1:" + os.environ["METRICS_PORT"], {"Authorization": "Bearer s3cret"}
    asked = urllib.request.Request(address, headers=headers)
    print(urllib.request.urlopen(asked, timeout=10).read().decode())
"""


def test_all_processes_of_a_server_count_together(tmp_path: Path) -> None:
    told = environment(tmp_path) | {
        "METRICS_PORT": str(free_port()), "METRICS_TOKEN": "s3cret", "DJANGO_SETTINGS_MODULE": "crm.settings"
    }  # fmt: skip
    found = subprocess.run(
        [sys.executable, "-c", _COUNT_IN_A_PROCESS, str(tmp_path)],
        cwd=PROJECT, env=told, capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    assert 'leadwright_messages_total{channel="sms",outcome="sent"} 3.0' in found.stdout


def test_without_a_port_nothing_is_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("METRICS_PORT", raising=False)
    assert not exposing.begin("web", tmp_path)
    assert exposing.serve("web", with_rows=False) is None
    assert not list(tmp_path.iterdir())


def test_the_port_is_guarded() -> None:
    said: list[str] = []
    application = exposing.guarded(lambda environ, start: [b"figures"], "s3cret")
    answer = application({"HTTP_AUTHORIZATION": "Bearer wrong"}, lambda status, headers: said.append(status))
    assert (said, b"figures" in b"".join(answer)) == (["401 Unauthorized"], False)
    assert list(application({"HTTP_AUTHORIZATION": "Bearer s3cret"}, said.append)) == [b"figures"]


@pytest.mark.django_db
def test_the_rows_are_told(make_lead: MakeLead, alice: Advisor, now: Any) -> None:
    waiting = messaging.write(make_lead(), body="Hi", by_advisor=alice, now=now)
    doubtful = messaging.write(make_lead(), body="Hi", by_advisor=alice, now=now)
    Message.objects.filter(pk=waiting.pk).update(not_before=now - dt.timedelta(hours=1))
    Message.objects.filter(pk=doubtful.pk).update(state=MessageState.NEEDS_REVIEW)
    told = {
        (sample.name, *sample.labels.values()): sample.value
        for family in Standing().collect()
        for sample in family.samples
    }
    assert told["leadwright_oldest_due_seconds", "message"] >= 3600
    assert told["leadwright_oldest_due_seconds", "step"] == 0
    assert told["leadwright_messages_waiting_for_people", "needs_review"] == 1
    assert told["leadwright_database_answers",] == 1


def test_a_crash_report_holds_nobodys_data() -> None:
    kept: list[Any] = []

    class Kept(Transport):
        def capture_envelope(self, envelope: Any) -> None:
            kept.extend(item.payload.json for item in envelope.items)

    before = sentry_sdk.get_client()
    try:
        assert crashes.report_to("https://key@sentry.example/1", environment="test", transport=Kept)
        secret_of_hers = "jane@doe.example"
        with sentry_sdk.isolation_scope() as scope:
            scope.set_context("lead", {"phone": "+14155550100"})
            try:
                raise ValueError(f"no such person: {secret_of_hers}")
            except ValueError as error:
                sentry_sdk.capture_exception(error)
        sentry_sdk.flush()
        said = json.dumps(kept)
        assert "no such person: [e-mail]" in said
        assert "jane" not in said
        assert "4155550100" not in said
    finally:
        sentry_sdk.get_global_scope().set_client(before)


def test_without_a_dsn_nothing_is_reported() -> None:
    assert not crashes.report_to("", environment="test")


def test_the_worker_answers_prometheus(tmp_path: Path) -> None:
    port, told = free_port(), environment(tmp_path)
    told |= {"WORKER_METRICS_PORT": str(port)}
    subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], cwd=PROJECT, env=told, check=True)
    worker = subprocess.Popen([sys.executable, "manage.py", "worker"], cwd=PROJECT, env=told, start_new_session=True)
    try:
        assert 'leadwright_tasks_total{task="drain"}' in _read_until("leadwright_tasks_total{", port)
    finally:
        worker.terminate()
        worker.wait(60)


def _read_until(words: str, port: int) -> str:
    text, deadline = "", time.monotonic() + 120
    while words not in text and time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
                text = answer.read().decode()
        except (urllib.error.URLError, OSError):
            pass
        time.sleep(0.5)
    return text
