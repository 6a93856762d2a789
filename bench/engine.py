"""
Steps a second: two processes of the real engine with the simulator, beside two that only move rows, and two that have
the server write all the rows of a step without ever looking at one (engine_rows.py).

As many enrollments as leads: a tenth of them is due, the others wait for their time.
"""

from __future__ import annotations

import datetime as dt
import os
import statistics
import subprocess
import sys
import tempfile
import time
from typing import TYPE_CHECKING

from django.db import connection
from django.db.models import F

from bench.measure import Result
from crm.insertion import insertion_of_one
from crm.models import Actor
from leads.models import Message
from sequences.authoring import create_sequence
from sequences.models import Enrollment, Sequence

if TYPE_CHECKING:
    from bench.cases import Bench

PROCESSES = 2
ROUNDS = 3
#: So many at least, or it is over before both processes are at work.
_FEWEST = 2_000
_WAITING = "Bench, later"
#: Of those that may be written to; see simulator.py for the two numbers that can't be reached.
_REACHABLE = """
    SELECT lead.id FROM leads_lead AS lead JOIN leads_stage AS stage ON stage.id = lead.stage_id
    WHERE NOT stage.is_terminal AND lead.phone_e164 !~ '000[01]$' ORDER BY lead.id
"""


def engine_steps(bench: Bench) -> list[Result]:
    """Seconds for one step (planned, gated, claimed, sent, written down), medians of three rounds of each."""
    due, waiting = max(bench.leads // 10, _FEWEST), bench.leads * 9 // 10
    _let_wait(bench, waiting)
    Message.objects.filter(sent_at__isnull=False).update(sent_at=F("sent_at") - dt.timedelta(days=2))  # earlier runs
    taken: dict[str, list[float]] = {"engine": [], "rows": [], "floor": []}
    for turn in range(ROUNDS):
        # Nobody is written to twice: a day brings no more than three messages.
        for how, seconds in taken.items():
            seconds.append(_drained(bench, how, due, turn))
    one = {how: statistics.median(seconds) / due for how, seconds in taken.items()}
    name = f"one of {due:,} due steps through the engine, {PROCESSES} processes, {waiting:,} enrollments waiting"
    return [
        Result(name, one["engine"], one["floor"], "one statement for 500 steps", ">= 0.25"),
        Result("the same against the server alone, writing the same rows", one["engine"], one["rows"], "all its rows"),
        Result("the server alone, writing the same rows", one["rows"], one["floor"], "one statement for 500 steps"),
    ]


def _drained(bench: Bench, how: str, due: int, turn: int) -> float:
    """Make the steps due, let the processes work them off, and count that each went out once."""
    now = dt.datetime.now(dt.UTC)
    sequence = _new_sequence(bench, "Bench", now)
    _enroll(sequence, f"({_REACHABLE} LIMIT {due} OFFSET {due * turn}) AS chosen", now, "now()")
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
        failed = [worker.wait(900) for worker in workers]
        seconds = time.perf_counter() - begun
    sent = Message.objects.filter(step_run__enrollment__sequence=sequence, state="sent").count()
    if any(failed) or (how != "floor" and sent != due):
        raise RuntimeError(f"{how}: {sent} of {due} sent, exits {failed}")
    return seconds


def _let_wait(bench: Bench, number: int) -> None:
    """The enrollments whose time has not come; those of an earlier run will do."""
    if Enrollment.objects.filter(sequence__name=_WAITING).exists():
        return
    now = dt.datetime.now(dt.UTC)
    chosen = f"(SELECT id FROM leads_lead ORDER BY id LIMIT {number}) AS chosen"
    _enroll(_new_sequence(bench, _WAITING, now), chosen, now, "now() + interval '1 minute' * (10000 + chosen.id)")


def _new_sequence(bench: Bench, name: str, now: dt.datetime) -> Sequence:
    return create_sequence(
        organization=bench.loaded.organization,
        name=name,
        steps=[{"kind": "fixed", "message": "Hi {{first_name}}, this is {{company}}.", "skip_if_replied": False}],
        by=Actor.system(),
        now=now,
    )


def _enroll(sequence: Sequence, chosen: str, now: dt.datetime, when: str) -> None:
    """The chosen leads, by the server itself."""
    one = Enrollment(
        organization_id=sequence.organization_id,
        sequence=sequence,
        version=sequence.current,
        next_step_at=now,
        started_at=now,
        created_at=now,
    )
    known = (("lead_id", "chosen.id"), ("next_step_at", when))
    statement, parameters = insertion_of_one(one, connection, source=chosen, known=known)
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")  # references that are right as they are
        cursor.execute(statement, parameters)
        cursor.execute("SET session_replication_role = DEFAULT")
        # What autovacuum does meanwhile, where it is on.
        cursor.execute(
            "VACUUM ANALYZE sequences_enrollment, sequences_steprun, leads_message, leads_conversation, leads_lead"
        )
