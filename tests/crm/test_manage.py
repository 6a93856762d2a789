"""manage.py, where there is no database to speak to."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.postgres import free_port
from tests.faults.world import PROJECT


@pytest.mark.parametrize("command", [("create_organization", "Acme"), ("rotate_secrets",), ("migrate",)])
def test_a_database_that_is_away_is_said_in_a_line(tmp_path: Path, command: tuple[str, ...]) -> None:
    address = f"postgres://leadwright:s3cret@127.0.0.1:{free_port()}/leadwright"
    told = os.environ | {"DATABASE_URL": address, "LEADWRIGHT_VAR": str(tmp_path)}
    given = [sys.executable, "manage.py", *command]
    done = subprocess.run(given, cwd=PROJECT, env=told, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert done.stderr.startswith("The database that DATABASE_URL names does not answer: connection failed")
    assert "Traceback" not in done.stderr
    assert "s3cret" not in done.stderr
    assert not done.stdout


def test_who_wants_to_know_more_is_told(tmp_path: Path) -> None:
    told = os.environ | {"DATABASE_URL": f"postgres://x@127.0.0.1:{free_port()}/x", "LEADWRIGHT_VAR": str(tmp_path)}
    given = [sys.executable, "manage.py", "rotate_secrets", "--traceback"]
    done = subprocess.run(given, cwd=PROJECT, env=told, capture_output=True, text=True, timeout=60)
    assert (done.returncode, "Traceback" in done.stderr) == (1, True)
