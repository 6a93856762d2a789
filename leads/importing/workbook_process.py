"""
python -m leads.importing.workbook_process FILE: the first visible sheet, a JSON line for each row.

A process of its own, with little memory and time: calamine lays out a whole sheet at once, and a file that claims to
have a value in its very last cell ends whoever reads it.
"""

from __future__ import annotations

import datetime as dt
import json
import resource
import sys
from typing import Any

from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

MOST_MEMORY = 1_500_000_000
MOST_SECONDS = 60


def text(value: Any) -> str:
    """A cell as a person would type it: 4155551234.0 is a phone number that a spreadsheet took for a number."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else f"{value:.15g}"
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(" ", "minutes")
    return str(value)


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    book = CalamineWorkbook.from_path(sys.argv[1])
    sheets = [
        sheet.name
        for sheet in book.sheets_metadata
        if sheet.visible == SheetVisibleEnum.Visible and sheet.typ == SheetTypeEnum.WorkSheet
    ]
    say = sys.stdout.write
    say(json.dumps(sheets) + "\n")
    if sheets:
        for row in book.get_sheet_by_name(sheets[0]).iter_rows():
            say(json.dumps([text(value) for value in row]) + "\n")


if __name__ == "__main__":
    main()
