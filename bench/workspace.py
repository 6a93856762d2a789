"""make workspace-figures: the workspace's figures at 100,000 leads on PostgreSQL, into docs/workspace.md."""

from __future__ import annotations

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench import databases, site

DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "workspace.md"
_DATABASE = "leadwright_workspace"
_PAGES = (
    "/board", "/queue", "/leads", "/dialer", "/reports", "/sequences", "/sequences/new", "/simulator", "/reviews",
    "/notifications", "/leads/new", "/leads/import", "/search", "/settings/team", "/settings/stages",
    "/settings/webhooks", "/account/second-step/", "/api/docs",
)  # fmt: skip
_PAINT = "() => performance.getEntriesByType('paint').find((each) => each.name === 'first-contentful-paint').startTime"
_ANSWERED = "() => (([it]) => it.responseEnd - it.requestStart)(performance.getEntriesByType('navigation'))"
_SENT = """() => [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
    .reduce(([wire, before], each) => [wire + each.encodedBodySize, before + each.decodedBodySize], [0, 0])"""
_MOVES, _VISITS = 5, 9


def main() -> None:
    given = _arguments()
    os.environ |= {"DATABASE_URL": databases.url_of(_DATABASE), "DJANGO_SETTINGS_MODULE": "crm.settings"}
    os.environ |= {"DJANGO_ALLOW_ASYNC_UNSAFE": "true", "LOG_LEVEL": "ERROR"}
    databases.create(_DATABASE)
    try:
        with tempfile.TemporaryDirectory() as folder:
            os.environ["LEADWRIGHT_VAR"] = folder
            _write(given.leads, list(_figures(given)))
    finally:
        from django.db import connections

        connections.close_all()
        databases.drop(_DATABASE)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench.workspace", description=__doc__)
    parser.add_argument("--leads", type=int, default=100_000)
    parser.add_argument("--rows", type=int, default=100_000, help="of the file that is imported")
    return parser.parse_args()


def _figures(given: argparse.Namespace) -> Iterator[str]:
    import django

    django.setup()
    from django.core.management import call_command
    from playwright.sync_api import sync_playwright

    from bench import load

    call_command("migrate", verbosity=0)
    loaded = load.load(given.leads)
    with site.served({}) as base, sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=os.environ["CHROMIUM"], args=["--no-sandbox"])
        yield from _board(chromium, base, loaded.advisor)
        yield from _others(chromium, base, loaded.advisor)
        yield from _weights(chromium, base)
        chromium.close()
    yield from _imported(given.rows)


def _signed_in(chromium: Any, base: str, advisor: Any) -> Any:
    from django.test import Client

    client = Client()
    client.force_login(advisor.user)
    context = chromium.new_context(base_url=base, viewport={"width": 1440, "height": 900})
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": base}])
    return context.new_page()


def _board(chromium: Any, base: str, advisor: Any) -> Iterator[str]:
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    page = _signed_in(chromium, base, advisor)
    answered, painted = [], []
    for _ in range(_VISITS + 1):  # the first one warms up
        page.goto("/board")
        answered.append(page.evaluate(_ANSWERED))
        painted.append(page.evaluate(_PAINT))
    took = answered[1:]
    client = Client(headers={"host": "localhost"})
    client.force_login(advisor.user)
    client.get("/board")
    with CaptureQueriesContext(connection) as statements:
        client.get("/board")
    yield _row("Board: the server's answer", f"{statistics.median(took):.0f} ms, at most {max(took):.0f}", "< 300 ms")
    yield _row("Board: first paint", f"{statistics.median(painted[1:]):.0f} ms, at most {max(painted[1:]):.0f}", "")
    yield _row("Board: statements", str(len(statements)), "at most 12")


def _others(chromium: Any, base: str, advisor: Any) -> Iterator[str]:
    """How long until a card that somebody else moved stands in its new column."""
    from django.utils import timezone

    from crm.models import Actor
    from leads import pipeline
    from leads.models import Lead, Stage

    page = _signed_in(chromium, base, advisor)
    page.goto("/board")
    stage = Stage.objects.get(organization=advisor.organization_id, key="contacted")
    newest = Lead.objects.filter(stage__key="new_lead", organization=advisor.organization_id).order_by("-position")
    seconds = []
    for lead in newest[:_MOVES]:
        pipeline.move_to(lead, stage, by=Actor.system("Somebody else"), now=timezone.now())
        begun = time.perf_counter()
        page.locator(f"#stage-contacted [data-lead='{lead.uuid}']").wait_for(timeout=30_000)
        seconds.append(time.perf_counter() - begun)
    shown = f"{statistics.median(seconds):.1f} s, at most {max(seconds):.1f}"
    yield _row("What others move is seen after", shown, "<= 5 s and the answer")


def _weights(chromium: Any, base: str) -> Iterator[str]:
    from django.utils import timezone

    from crm import team
    from crm.models import Actor, Role
    from crm.organizations import found

    by, now = Actor.system("Bench"), timezone.now()
    empty = found(name="Empty Lending", now=now, by=by)
    alone = team.join(organization=empty, email="alone@bench.example", name="Al One", role=Role.ADMIN, by=by, now=now)
    for path in _PAGES:
        page = _signed_in(chromium, base, alone)  # a browser that has kept nothing
        page.goto(path)
        wire, before = page.evaluate(_SENT)
        yield _row(f"`{path}` weighs", f"{wire / 1000:.0f} kB ({before / 1000:.0f} before compression)", "< 200 kB")


def _imported(rows: int) -> Iterator[str]:
    command = [sys.executable, "-m", "bench.importing", str(rows)]
    told = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    for what, seconds in told["seconds"].items():
        yield _row(f"{rows:,} rows of CSV {what}", f"{seconds:.0f} s, {rows / seconds:,.0f} rows/s", "")
    yield _row("The worker's memory meanwhile", f"{told['memory']['most']:.0f} MB at most", "")


def _row(what: str, figure: str, target: str) -> str:
    print(f"{what}: {figure} {target}", file=sys.stderr, flush=True)
    return f"| {what} | {figure} | {target} |"


def _write(leads: int, rows: list[str]) -> None:
    """Between the marks; what else stands in the document is its authors'."""
    about = f"{leads:,} leads in eight stages, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the end."
    text = "\n".join([_BEGIN, about, "", "| what | figure | target |", "| --- | --- | --- |", *rows, _END])
    known = DOCUMENT.read_text()
    DOCUMENT.write_text(re.sub(f"{_BEGIN}.*?{_END}", lambda _: text, known, flags=re.DOTALL))


_BEGIN, _END = "<!-- figures: make workspace-figures -->", "<!-- end of figures -->"


if __name__ == "__main__":
    main()
