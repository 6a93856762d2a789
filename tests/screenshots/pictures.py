"""Which pictures there are, what their files are called, and how they are made small."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from PIL import Image

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "screenshots"
WIDTHS = {1440: 900, 1024: 768, 390: 844}
THEMES = ("light", "dark")
#: The colours of areas are kept as they are; of all others, those that are far enough from each other to be told apart.
_OF_AREAS, _FAR, _MOST = 12, 20, 48
_FIRST = (1440, "light")


def name_of(template: str) -> str:
    """ "/leads/$lead?show=messages" -> "leads-lead-show-messages"."""
    return re.sub(r"[^a-z0-9]+", "-", template.lower()).strip("-") or "home"


def file_of(template: str, width: int, theme: str) -> str:
    return f"{name_of(template)}-{width}-{theme}.png"


class Album:
    """A folder of pictures. Pages that look the same share one."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._kept: dict[bytes, str] = {}
        self._file: dict[str, str] = {}

    def add(self, file: str, shot: bytes) -> None:
        kept = self._kept.setdefault(shot, file)
        self._file[file] = kept
        if kept == file:
            (self.folder / file).write_bytes(small(shot))

    def index(self, templates: Iterable[str], before: str = "") -> str:
        """The folder's README. before: the one with rows of pages that were not looked at this time."""
        known = {row.split("`")[1]: row for row in before.splitlines() if row.startswith("| `")}
        rows = (self._row(each) or known.get(each, "") for each in sorted(templates))
        return "\n".join([_HEAD, *filter(None, rows), ""])

    def _row(self, template: str) -> str:
        if file_of(template, *_FIRST) not in self._file:
            return ""
        return f"| `{template}` | {' | '.join(self._cells(template))} |"

    def _cells(self, template: str) -> Iterator[str]:
        for width in WIDTHS:
            yield " ".join(f"[{theme}]({self._file[file_of(template, width, theme)]})" for theme in THEMES)


def small(shot: bytes) -> bytes:
    """With a few dozen colours instead of thousands; lights and badges keep theirs, however small they are."""
    image, out = Image.open(io.BytesIO(shot)).convert("RGB"), io.BytesIO()
    palette = Image.new("P", (1, 1))
    palette.putpalette([part for colour in _colours_of(image) for part in colour])
    image.quantize(palette=palette, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
    return out.getvalue()


def _colours_of(image: Image.Image) -> list[tuple[int, ...]]:
    chosen: list[tuple[int, ...]] = []
    by_area = sorted(image.getcolors(image.width * image.height) or [], reverse=True)
    for _pixels, colour in by_area:
        if len(chosen) < _OF_AREAS or all(_distance(colour, other) > _FAR for other in chosen):
            chosen.append(colour)  # type: ignore[arg-type]
        if len(chosen) == _MOST:
            break
    return chosen


def _distance(one: tuple[int, ...], other: tuple[int, ...]) -> int:
    return max(abs(a - b) for a, b in zip(one, other, strict=True))


_HEAD = """# Every page, as it looks

Made by `make screenshots` from the demonstration's data, with the clock standing at one moment. Which pages there are
comes from the addresses that `tests/tenancy/cases.py` has a case for; `tests/screenshots` fails when one has no picture
here. Pages that look the same share their pictures.

![The board](board-1440-light.png)

| page | 1440 | 1024 | 390 |
|---|---|---|---|"""
