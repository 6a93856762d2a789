"""
A database as all migrations leave it. To run them all takes 20 s of processor time, which dozens of tests would pay:
the first does, and keeps what came of it for those that run the same code.
"""

from __future__ import annotations

import functools
import hashlib
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from crm.environment import var_dir

PROJECT = Path(__file__).resolve().parents[2]
_PACKAGES = ("crm", "leads", "sequences", "api")


def fill(url: str, migrate: Callable[[], object]) -> None:
    """Fill the empty database at this address; migrate runs the migrations there."""
    is_file = url.startswith("sqlite")
    kept = _folder() / f"{_code()}.{'sqlite3' if is_file else 'sql'}"
    if kept.exists():
        _load(kept, url)
        return
    migrate()
    fresh = Path(tempfile.mkdtemp(dir=kept.parent)) / kept.name
    if is_file:
        shutil.copyfile(_path(url), fresh)
    else:
        _run("pg_dump", "--no-owner", "--no-privileges", f"--file={fresh}", url)
    for old in kept.parent.glob(f"*{kept.suffix}"):
        old.unlink(missing_ok=True)
    fresh.replace(kept)  # whole or not at all: others may keep theirs at this moment
    fresh.parent.rmdir()


def _load(kept: Path, url: str) -> None:
    if url.startswith("sqlite"):
        shutil.copyfile(kept, _path(url))
    else:
        _run("psql", "--quiet", "--no-psqlrc", "--set=ON_ERROR_STOP=1", "--output=/dev/null", f"--file={kept}", url)


def _path(url: str) -> str:
    return urlsplit(url).path.removeprefix("/")


def _folder() -> Path:
    folder = var_dir() / "migrated"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@functools.cache
def _code() -> str:
    """What tells this code, and the packages that it runs on, from others."""
    files = [file for package in _PACKAGES for file in (PROJECT / package).rglob("*.py")]
    digest = hashlib.sha256()
    for file in sorted([*files, *(PROJECT / "requirements").iterdir()]):
        digest.update(f"{file.relative_to(PROJECT)}\0".encode() + file.read_bytes())
    return digest.hexdigest()[:16]


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
