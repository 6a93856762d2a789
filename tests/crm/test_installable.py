"""Leadwright can be put on a home screen, and says so when there is no network."""

from __future__ import annotations

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


def test_what_shows_without_a_network_needs_nothing_else(db: None) -> None:
    page = Client().get("/offline").content.decode()
    assert "No connection" in page
    assert "/static/" not in page
