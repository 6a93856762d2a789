"""Templates that are rendered once and filled in often."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.utils.translation import gettext, override
from pytest_django import Settings

from crm.printing import _printed, filled, kept_by_language


@pytest.fixture(autouse=True)
def template(tmp_path: Path, settings: Settings) -> None:
    text = '<a title="{{ title }}"{% if is_new %} class="new"{% endif %}>{{ title }} {{ color }} {{ number }}</a>'
    (tmp_path / "thing.html").write_text(text)
    first = settings.TEMPLATES[0]
    settings.TEMPLATES = [{**first, "DIRS": [tmp_path]}]
    _printed.cache_clear()


def test_it_works() -> None:
    values = {"title": "A &amp; B", "number": "7"}
    assert (
        filled("thing.html", values, is_new=True, color="red") == '<a title="A &amp; B" class="new">A &amp; B red 7</a>'
    )


def test_each_shape_and_each_value_is_its_own() -> None:
    for number in ("1", "2"):
        for is_new in (True, False):
            text = filled("thing.html", {"title": "T", "number": number}, is_new=is_new, color="<b>")
            assert text == f'<a title="T"{' class="new"' if is_new else ""}>T &lt;b&gt; {number}</a>'


def test_a_value_is_put_in_as_it_stands() -> None:
    values = {"title": "{{ number }} \ue000number\ue001 %s \\1", "number": "7"}
    assert filled("thing.html", values, is_new=False, color="").startswith(f'<a title="{values["title"]}">')


def test_what_is_kept_for_one_reader_is_not_read_to_another() -> None:
    @kept_by_language(maxsize=10)
    def words(name: str) -> str:
        said.append(name)
        return f"{gettext('Settings')} {name}"

    said: list[str] = []
    for _ in range(2):
        for language in ("en", "es"):
            with override(language):
                assert (words("a") == "Settings a") is (language == "en")
    assert len(said) == 2
