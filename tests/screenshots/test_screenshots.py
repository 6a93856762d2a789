"""Every page has its pictures in docs/screenshots: make screenshots takes them."""

from __future__ import annotations

import re
from pathlib import Path

from django.test import Client
from pytest_django import Settings

from tests.browser.pages import ADMIN
from tests.conftest import sign_in
from tests.screenshots import pages
from tests.screenshots.pictures import FOLDER, THEMES, WIDTHS
from tests.tenancy.world import build

INDEX = (FOLDER / "README.md").read_text()
#: What stands in addresses that nobody could make up, and the simulator, which the demonstration alone has.
BESIDES = {"/upload/$link", "/u/$borrower", "/simulator", "/simulator/$lead", "/nowhere", *ADMIN}


def test_each_page_is_in_the_index(db: None, settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    side = build("canary", 101)
    known = pages.everything(side.ids)
    manager = Client()
    sign_in(manager, side.admin.user)
    seen = {*pages.of(known, Client()).values(), *pages.of(known, manager).values()}
    assert set(re.findall(r"^\| `(.+?)` \|", INDEX, re.MULTILINE)) == seen | BESIDES


def test_what_the_index_names_is_there_and_nothing_else() -> None:
    links = re.findall(r"\]\((.+?\.png)\)", INDEX)
    assert set(links) == {picture.name for picture in FOLDER.glob("*.png")}
    rows = INDEX.count("\n| `")
    assert len(links) == rows * len(WIDTHS) * len(THEMES) + 1


def test_pictures_are_small() -> None:
    assert {picture.name for picture in FOLDER.glob("*.png") if picture.stat().st_size > 70_000} == set()
