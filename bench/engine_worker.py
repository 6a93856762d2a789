"""One process that works off due steps: the real engine, the server alone (engine_rows), or the one-statement floor."""

from __future__ import annotations

import sys
import uuid

import psycopg

from bench import engine_rows

_FLOOR = """
WITH due AS (
    SELECT id, organization_id, generation, next_order FROM sequences_enrollment
    WHERE status = 'active' AND next_step_at <= now() ORDER BY next_step_at, id LIMIT 500 FOR UPDATE SKIP LOCKED
), moved AS (
    UPDATE sequences_enrollment AS moving SET status = 'completed', next_order = NULL, next_step_at = NULL,
        ended_at = now() FROM due WHERE moving.id = due.id
)
INSERT INTO sequences_steprun (organization_id, enrollment_id, generation, "order", skipped_because, planned_at)
SELECT organization_id, id, generation, next_order, '', now() FROM due
"""


def _work(how: str, url: str) -> None:
    """One process: say that it is ready, wait for the word, and work until nothing is due."""
    if how == "engine":
        import django

        django.setup()
        from django.db import connection

        from sequences.engine import tick

        connection.ensure_connection()
        _wait_for_the_word()
        while tick(seconds=60).sent:
            pass
        return
    with psycopg.connect(url, autocommit=True) as direct:
        _wait_for_the_word()
        if how == "rows":
            engine_rows.write_all(direct, str(uuid.uuid4()))
            return
        while direct.execute(_FLOOR).rowcount:
            pass


def _wait_for_the_word() -> None:
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()


if __name__ == "__main__":
    _work(sys.argv[1], sys.argv[2])
