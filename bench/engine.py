"""Steps a second: two processes of the real engine with the simulator, beside two that only move rows."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
import tempfile
import time
from typing import TYPE_CHECKING

from django.db import connection
from django.db.models import F

from bench.measure import Result
from crm.models import Actor
from leads.models import Lead, Message
from sequences.authoring import create_sequence
from sequences.models import Enrollment, Sequence

if TYPE_CHECKING:
    from bench.cases import Bench

STEPS = 5_000
PROCESSES = 2
ROUNDS = 3


def engine_steps(bench: Bench) -> Result:
    """Seconds for one step (planned, gated, claimed, sent, written down), medians of three rounds of each."""
    ours, floor = [], []
    for _ in range(ROUNDS):
        ours.append(_drained(bench, "engine"))
        floor.append(_drained(bench, "floor"))
    middle = ROUNDS // 2
    return Result(
        f"one of {STEPS:,} due steps through the engine, {PROCESSES} processes",
        sorted(ours)[middle] / STEPS,
        sorted(floor)[middle] / STEPS,
        "one statement for 500 steps",
        ">= 0.25",
    )


def _drained(bench: Bench, how: str) -> float:
    """Make the steps due, let the processes work them off, and count that each went out once."""
    sequence = _enroll(bench)
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {"DATABASE_URL": bench.url, "SIMULATOR_LOG": f"{folder}/simulator.jsonl"}
        command = [sys.executable, "-m", "bench.engine_worker", how, bench.url]
        workers = [
            subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
            for _ in range(PROCESSES)
        ]
        for worker in workers:
            assert worker.stdout
            worker.stdout.readline()  # it has imported everything and is ready
        begun = time.perf_counter()
        for worker in workers:
            assert worker.stdin
            worker.stdin.write(b"go\n")
            worker.stdin.flush()
        failed = [worker.wait(300) for worker in workers]
        seconds = time.perf_counter() - begun
    sent = Message.objects.filter(step_run__enrollment__sequence=sequence, state="sent").count()
    if any(failed) or (how == "engine" and sent != STEPS):
        raise RuntimeError(f"{how}: {sent} of {STEPS} sent, exits {failed}")
    return seconds


def _enroll(bench: Bench) -> Sequence:
    now = dt.datetime.now(dt.UTC)
    # The earlier rounds lie days back: nobody is contacted more than three times in 24 hours.
    Message.objects.filter(sent_at__isnull=False).update(sent_at=F("sent_at") - dt.timedelta(days=2))
    sequence = create_sequence(
        organization=bench.loaded.organization,
        name="Bench",
        steps=[{"kind": "fixed", "message": "Hi {{first_name}}, this is {{company}}.", "skip_if_replied": False}],
        by=Actor.system(),
        now=now,
    )
    assert sequence.current
    reachable = Lead.objects.filter(stage__is_terminal=False).exclude(phone_e164__regex="000[01]$")  # see simulator.py
    leads = reachable.order_by("pk").values_list("pk", flat=True)[:STEPS]
    Enrollment.objects.bulk_create(
        (
            Enrollment(
                organization=bench.loaded.organization,
                sequence=sequence,
                version=sequence.current,
                lead_id=lead,
                next_step_at=now,
                started_at=now,
                created_at=now,
            )
            for lead in leads
        ),
        batch_size=2000,
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE sequences_enrollment")
    return sequence
