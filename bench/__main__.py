"""make bench ARGS="--leads 1000000": measure, print the table, and with --write keep it in docs/performance.md."""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "performance.md"


def main() -> None:
    """Make the database, load it, measure, print."""
    arguments = _arguments()
    from bench import databases

    name = f"leadwright_bench_{arguments.leads}"
    url = databases.url_of(name)
    os.environ["DATABASE_URL"] = url
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
    is_there = arguments.reuse and databases.exists(name)
    if not is_there:
        databases.create(name)
    try:
        _measure(arguments, url, is_there)
    finally:
        from django.db import connections

        connections.close_all()
        if not arguments.keep:
            databases.drop(name)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--leads", type=int, default=10_000)
    parser.add_argument("--only", default="", help="only cases whose name contains this")
    parser.add_argument("--redis", default=os.environ.get("REDIS_URL", ""), help="count rate limits there")
    parser.add_argument("--write", action="store_true", help=f"put the table into {DOCUMENT.name}")
    parser.add_argument("--keep", action="store_true", help="keep the database for --reuse")
    parser.add_argument("--reuse", action="store_true", help="measure on the database that --keep left")
    return parser.parse_args()


def _measure(arguments: argparse.Namespace, url: str, is_there: bool) -> None:
    import django

    django.setup()
    from django.core.management import call_command

    from bench import cases, load, table
    from crm.memory import settle
    from crm.models import Organization

    begun = time.perf_counter()
    call_command("migrate", verbosity=0)
    loaded = load.keys_for(Organization.objects.get(name=load.BENCH)) if is_there else load.load(arguments.leads)
    _say(f"{arguments.leads:,} leads ready after {time.perf_counter() - begun:.0f} s")
    settle()  # as every process that serves does: some cases are measured in this one
    results = []
    with cases.opened(loaded, arguments.leads, url, arguments.redis) as bench:
        for case in cases.all_cases():
            if arguments.only in case.__name__:
                found = case(bench)
                for result in found if isinstance(found, list) else [found]:
                    results.append(result)
                    _say(table.line(result))
    text = table.section(arguments.leads, results, _about(arguments.redis))
    print(text)
    if arguments.write:
        table.put_into(DOCUMENT, arguments.leads, text)


def _about(redis: str) -> str:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        server = cursor.fetchone()[0].split()[0]
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True).stdout.strip()
    limits = "Redis" if redis else "the database"
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, commit {commit or 'unknown'}, {os.cpu_count()} cores "
        f"({platform.machine()}) that client, server and database share, PostgreSQL {server}, "
        f"Python {platform.python_version()}, "
        f"rate limits counted in {limits}."
    )


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
