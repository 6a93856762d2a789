"""Leadwright can be put on a home screen, and says so when there is no network."""

from __future__ import annotations

import re

from django.contrib.staticfiles import finders
from django.test import Client


def test_it_works(db: None) -> None:
    manifest = Client().get("/manifest.webmanifest")
    assert manifest["Content-Type"] == "application/manifest+json"
    about = manifest.json()
    assert about["start_url"] == "/queue"
    for icon in about["icons"]:
        assert finders.find(icon["src"].removeprefix("/static/"))
    worker = Client().get("/service-worker.js")
    assert worker["Content-Type"] == "text/javascript"
    assert b"addEventListener" in b"".join(worker.streaming_content)  # type: ignore[arg-type]


def test_what_shows_without_a_network_needs_only_the_style_sheets_that_its_worker_keeps(db: None) -> None:
    page = Client().get("/offline").content.decode()
    assert "No connection" in page
    styles = re.findall(r'<link rel="stylesheet" href="/static/[^"]+">', page)  # as the worker looks for them
    assert styles
    assert page.count("/static/") == len(styles)
