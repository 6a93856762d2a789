"""For the world it starts only with keys of its own, named hosts, TLS and no DEBUG; then Django has nothing to add."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from crm.environment import secret
from tests.faults.world import PROJECT

SAFE = {
    "PUBLIC_URL": "https://crm.example.com",
    "ALLOWED_HOSTS": "crm.example.com",
    "HTTPS_ONLY": "1",
    "SECRET_KEY": "0123456789abcdefghijklmnopqrstuvwxyz" * 2,
    "EMAIL_HOST": "mail.example.com",
    "ENCRYPTION_KEYS": Fernet.generate_key().decode(),
}


def check(folder: Path, *command: str, **changes: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], "LEADWRIGHT_VAR": str(folder)} | SAFE | changes
    environment = {name: value for name, value in environment.items() if value}
    run = [sys.executable, *(command or ("manage.py", "check", "--deploy", "--fail-level", "WARNING"))]
    return subprocess.run(run, cwd=PROJECT, env=environment, capture_output=True, text=True, timeout=120)


def test_it_works(tmp_path: Path) -> None:
    done = check(tmp_path)
    assert (done.returncode, done.stdout) == (0, "System check identified no issues (2 silenced).\n"), done.stderr


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"DEBUG": "1"}, "crm.E010"),
        ({"ALLOWED_HOSTS": "*"}, "crm.E011"),
        ({"SECRET_KEY": ""}, "crm.E012"),
        ({"SECRET_KEY": "short"}, "crm.E013"),
        ({"ENCRYPTION_KEYS": ""}, "crm.E014"),
        ({"HTTPS_ONLY": ""}, "crm.E015"),
    ],
)
def test_it_refuses(tmp_path: Path, changes: dict[str, str], error: str) -> None:
    done = check(tmp_path, **changes)
    assert done.returncode == 1
    assert error in done.stderr


def test_so_does_the_web_server_before_it_listens(tmp_path: Path) -> None:
    done = check(tmp_path, "-m", "crm.webserver", "127.0.0.1", "1", DEBUG="1")
    assert (done.returncode, "crm.E010" in done.stderr) == (1, True)


def test_a_desk_needs_none_of_it(tmp_path: Path) -> None:
    nothing = dict.fromkeys(SAFE, "")
    assert check(tmp_path, "manage.py", "check", **nothing).returncode == 0


def test_a_secret_may_lie_in_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "key").write_text("from a file\n")
    monkeypatch.setenv("REDIS_URL_FILE", str(tmp_path / "key"))
    monkeypatch.delenv("REDIS_URL", raising=False)
    assert secret("REDIS_URL") == "from a file"
    monkeypatch.setenv("REDIS_URL", "given")
    assert secret("REDIS_URL") == "given"
