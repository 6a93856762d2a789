"""Tables for spreadsheets: no cell is taken for a formula, and rows are written as they come."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import IO, Any

import xlsxwriter
from django.utils import timezone

from crm.cells import harmless, harmless_row

__all__ = ["MOST_IN_A_SHEET", "Echo", "harmless", "harmless_row", "workbook"]

#: Rows below the headings.
MOST_IN_A_SHEET = 1_048_575
#: Characters that a cell of a workbook takes.
_LONGEST = 32_767


class Echo:
    """A file that hands each line back instead of keeping it: csv.writer(Echo()).writerow(…) is the line."""

    def write(self, line: str) -> str:
        return line


def workbook(headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> IO[bytes]:
    """An XLSX in a temporary file, from its beginning; with rows of a million leads it holds one in memory."""
    file = tempfile.TemporaryFile(suffix=".xlsx")  # noqa: SIM115  (whoever sends it closes it)
    book = xlsxwriter.Workbook(file, {"constant_memory": True, "strings_to_urls": False})
    sheet = book.add_worksheet()
    moment, bold = book.add_format({"num_format": "yyyy-mm-dd hh:mm"}), book.add_format({"bold": True})
    sheet.freeze_panes(1, 0)
    for place, heading in enumerate(headings):
        sheet.write_string(0, place, heading, bold)
        sheet.set_column(place, place, 18)
    for number, row in enumerate(rows, start=1):
        for place, value in enumerate(row):
            _write(sheet, number, place, value, moment)
    book.close()
    file.seek(0)
    return file


def _write(sheet: Any, number: int, place: int, value: Any, moment: Any) -> None:
    """Amounts and times are what they are; every text is a text."""
    if value is None or value == "":
        return
    if isinstance(value, dt.datetime):
        sheet.write_datetime(number, place, timezone.make_naive(value), moment)
    elif isinstance(value, int | Decimal) and not isinstance(value, bool):
        sheet.write_number(number, place, value)
    else:
        sheet.write_string(number, place, str(value).replace("\x00", "")[:_LONGEST])
