"""A file as headings and rows of text: CSV however a program wrote it, XLSX by the values of its formulas."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import IO

from django.utils.translation import gettext as _

from leads.importing import text_files, workbooks
from leads.importing.tables import Row, Unreadable

_HEADINGS_WITHIN = 20


@dataclass(frozen=True, slots=True)
class Table:
    """headings are all different; rows come as they are read. sheet: which of several was taken."""

    headings: list[str]
    rows: Iterator[Row]
    sheet: str = ""


def opened(file: IO[bytes], name: str) -> Table:
    """Raises Unreadable, here or while the rows are read, with words for whoever chose the file."""
    suffix = name.rpartition(".")[2].lower()
    file.seek(0)
    if suffix in ("xlsx", "xlsm"):
        sheet, rows = workbooks.rows_of(file)
        return _with_headings(rows, sheet)
    if suffix in ("csv", "tsv", "txt"):
        return _with_headings(text_files.rows_of(file))
    if suffix in ("xls", "xlsb", "ods", "numbers"):
        raise Unreadable(_("Please save this file as .xlsx or .csv, and choose that."))
    raise Unreadable(_("Please choose a CSV or an Excel file (.csv or .xlsx)."))


def _with_headings(rows: Iterator[Row], sheet: str = "") -> Table:
    for number, cells in rows:
        if cells:
            return Table(_named(cells), rows, sheet)
        if number >= _HEADINGS_WITHIN:
            break
    raise Unreadable(_("This file is empty: there is not even a row of headings."))


def _named(cells: Sequence[str]) -> list[str]:
    """Each heading once, and each with a name."""
    seen: dict[str, int] = {}
    names = []
    for place, cell in enumerate(cells, start=1):
        name = " ".join(cell.split())[:100] or _("Column %(number)d") % {"number": place}
        seen[name] = seen.get(name, 0) + 1
        names.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return names
