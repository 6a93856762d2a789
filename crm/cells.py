"""Cells for spreadsheets, none of which is taken for a formula."""

from __future__ import annotations

from collections.abc import Iterable

#: With which a spreadsheet begins a formula.
_RISKY = ("=", "+", "-", "@", "\t", "\r")


def harmless(cell: str) -> str:
    """With an apostrophe before what a spreadsheet would compute; a signed number, such as a phone's, is none."""
    cell = cell.replace("\x00", "")
    return f"'{cell}" if cell.startswith(_RISKY) and not _is_number(cell) else cell


def harmless_row(cells: Iterable[str]) -> list[str]:
    return [harmless(cell) for cell in cells]


def _is_number(cell: str) -> bool:
    digits = cell[1:].replace(".", "", 1)
    return cell[0] in "+-" and digits.isascii() and digits.isdigit()
