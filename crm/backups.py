"""
A backup is a folder: the database, the files, and a manifest with their hashes. It is whole or it is not there.

PostgreSQL is dumped by pg_dump in one snapshot, SQLite copied by its own online backup; both while everybody works.
Files are copied after the database, so that each file that a row names is there.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import re
import shutil
import sqlite3
import subprocess
import tarfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils.module_loading import import_string

from crm.postgresql import wall

MANIFEST, FILES = "manifest.json", "files.tar"
_DATABASE = {"postgresql": "database.dump", "sqlite": "database.sqlite3"}
#: In pg_restore's list, and in the SQL that it writes.
_FUNCTION = re.compile(r"\d+; \d+ \d+ FUNCTION ")
_LEAKPROOF = re.compile(r"^CREATE FUNCTION ([^$]*?) LEAKPROOF\b([^$]* AS (\$\w*\$).*?\3;)", re.DOTALL | re.MULTILINE)


class BackupFailed(Exception):
    """The words say why, to whoever runs the command."""


def make(parent: Path, *, now: dt.datetime) -> Path:
    """A new backup inside parent; its folder. Raises BackupFailed, and leaves nothing then."""
    folder = parent / f"leadwright-{now:%Y%m%dT%H%M%SZ}"
    if folder.exists():
        raise BackupFailed(f"{folder} is there already.")
    partial = parent / f".{folder.name}.partial"
    partial.mkdir(parents=True, mode=0o700)
    try:
        _dump(partial / _DATABASE[connection.vendor])
        _keep_files(partial / FILES)
        parts = {path.name: _digest(path) for path in sorted(partial.iterdir())}
        manifest = {"made_at": now.isoformat(), "database": connection.vendor, "sha256": parts, "rows": row_counts()}
        (partial / MANIFEST).write_text(json.dumps(manifest, indent=1) + "\n")
        partial.rename(folder)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    return folder


def restore(folder: Path, *, now: dt.datetime) -> dict[str, Any]:
    """
    Into an empty database and an empty place for files; the manifest.

    What may have gone out after the backup was made is parked, see settings.AFTER_RESTORE. Raises BackupFailed before
    anything is written when the backup is damaged, of another kind of database, or the place is not empty.
    """
    manifest = read(folder)
    if manifest["database"] != connection.vendor:
        raise BackupFailed(f"The backup is of {manifest['database']}, and DATABASE_URL names {connection.vendor}.")
    if connection.introspection.table_names():
        raise BackupFailed("The database is not empty. Restore into a new one.")
    files = Path(settings.MEDIA_ROOT)
    if (folder / FILES).exists() and files.exists() and any(files.iterdir()):
        raise BackupFailed(f"{files} is not empty. Restore into a new folder: LEADWRIGHT_VAR names it.")
    _load(folder / _DATABASE[connection.vendor])
    if (folder / FILES).exists():
        files.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tarfile.open(folder / FILES) as kept:
            kept.extractall(files, filter="data")
    made_at = dt.datetime.fromisoformat(manifest["made_at"])
    for park in settings.AFTER_RESTORE:
        import_string(park)(made_at, now)
    return manifest


def read(folder: Path) -> dict[str, Any]:
    """The manifest of a whole, undamaged backup. Raises BackupFailed."""
    try:
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text())
    except (OSError, ValueError) as error:
        raise BackupFailed(f"{folder} is no backup: {error}") from error
    for name, digest in manifest["sha256"].items():
        if not (folder / name).exists() or _digest(folder / name) != digest:
            raise BackupFailed(f"{name} is damaged or missing.")
    return manifest


def row_counts() -> dict[str, int]:
    """Of every table."""
    counts = {}
    with connection.cursor() as cursor:
        for table in sorted(connection.introspection.table_names(cursor)):
            cursor.execute(f"SELECT COUNT(*) FROM {connection.ops.quote_name(table)}")  # noqa: S608
            counts[table] = int(cursor.fetchone()[0])
    return counts


def _dump(path: Path) -> None:
    if connection.vendor == "sqlite":
        with sqlite3.connect(path) as copy:
            connection.ensure_connection()
            connection.connection.backup(copy)
        copy.close()
        return
    _refuse_restricted_role()
    # Whoever owns the tables sees all rows, superuser or not; without the word pg_dump refuses to rely on policies.
    seeing = ["--enable-row-security"] if wall.is_up() else []
    _run(["pg_dump", "--format=custom", "--no-owner", "--no-privileges", *seeing, f"--file={path}"])


def _load(path: Path) -> None:
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        with sqlite3.connect(path) as copy:
            copy.backup(connection.connection)
        copy.close()
        return
    _refuse_restricted_role()
    entries = _run(["pg_restore", "--list", str(path)]).splitlines()
    if any(" POLICY " in entry for entry in entries):  # which name roles
        with connection.cursor() as cursor:
            wall.make_roles(cursor)
    with _listed(_without_leakproof(path, entries)) as chosen:
        name = str(connection.settings_dict["NAME"])
        _run(
            ["pg_restore", "--exit-on-error", "--single-transaction", "--no-owner", "--no-privileges", chosen,
             f"--dbname={name}", str(path)]
        )  # fmt: skip
    wall.keep_up()


def _without_leakproof(path: Path, entries: list[str]) -> list[str]:
    """
    The entries that are left to pg_restore. A function that a superuser declared leakproof (docs/security.md) nobody
    else may make: it is made here, without the word, which `manage.py wall` asks a superuser for again.
    """
    with connection.cursor() as cursor:
        if wall.is_superuser(cursor):
            return entries
        left = []
        for entry in entries:
            made = None
            if _FUNCTION.match(entry):
                with _listed([entry]) as chosen:
                    made = _LEAKPROOF.search(_run(["pg_restore", "--file=-", chosen, str(path)]))
            if made is None:
                left.append(entry)
            else:
                cursor.execute(f"CREATE OR REPLACE FUNCTION {made[1]}{made[2]}")
        return left


@contextmanager
def _listed(entries: list[str]) -> Iterator[str]:
    """The option by which pg_restore takes these alone."""
    with NamedTemporaryFile("w", suffix=".list") as file:
        file.write("\n".join(entries) + "\n")
        file.flush()
        yield f"--use-list={file.name}"


def _refuse_restricted_role() -> None:
    if connection.settings_dict["USER"] == settings.DATABASE_ROLE:
        raise BackupFailed(f"{settings.DATABASE_ROLE} sees no table whole: DATABASE_URL must name the tables' owner.")


def _run(command: list[str]) -> str:
    """What it printed."""
    if shutil.which(command[0]) is None:
        raise BackupFailed(f"{command[0]} is not installed here: it comes with PostgreSQL's client programs.")
    done = subprocess.run(command, env=os.environ | _login(), capture_output=True, text=True)
    if done.returncode:
        raise BackupFailed(done.stderr.strip() or f"{command[0]} ended with {done.returncode}")
    return done.stdout


def _login() -> Mapping[str, str]:
    """Never on a command line, where everybody on the machine could read it."""
    given = connection.settings_dict
    names = {"PGDATABASE": "NAME", "PGUSER": "USER", "PGPASSWORD": "PASSWORD", "PGHOST": "HOST", "PGPORT": "PORT"}
    login = {name: str(given[key]) for name, key in names.items() if given.get(key)}
    # pg_dump trusts no other server than we do: sslmode, sslrootcert and the like of DATABASE_URL.
    return login | {f"PG{name.upper()}": str(how) for name, how in given["OPTIONS"].items() if name.startswith("ssl")}


def _keep_files(path: Path) -> None:
    """Where files lie in a bucket, the bucket's own versions are their backup."""
    if "S3" in settings.STORAGES["default"]["OPTIONS"]["inner"]["BACKEND"]:
        return
    with tarfile.open(path, "w") as kept:
        if (root := Path(settings.MEDIA_ROOT)).exists():
            kept.add(root, arcname=".")


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
