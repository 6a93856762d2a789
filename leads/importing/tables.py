"""The rows of a file and their cells, whatever it was written by, and how much of them there may be."""

from __future__ import annotations

from django.utils.translation import gettext as _

from leads.errors import DomainError

MOST_BYTES = 25_000_000
MOST_ROWS, MOST_COLUMNS = 100_000, 200
_ERRORS = frozenset({"#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!"})

#: The number of the row as a spreadsheet shows it, and its cells; [] for a blank one.
type Row = tuple[int, list[str]]


class Unreadable(DomainError):
    code = "unreadable"


def tidied(cells: list[str]) -> list[str]:
    """As they are kept: nothing around them, no computer's errors, no empty cells at the end."""
    cells = [_clean(cell) for cell in cells]
    while cells and not cells[-1]:
        cells.pop()
    if len(cells) > MOST_COLUMNS:
        raise Unreadable(_("This file has more than %(most)d columns.") % {"most": MOST_COLUMNS})
    return cells


def _clean(cell: str) -> str:
    cell = cell.replace("\x00", "").strip()
    return "" if cell in _ERRORS else cell
