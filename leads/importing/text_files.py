"""CSV as it is found: with commas, semicolons or tabs, in UTF-8, UTF-16 or what Windows writes."""

from __future__ import annotations

import codecs
import csv
import io
from collections import Counter
from collections.abc import Iterator
from typing import IO

from django.utils.translation import gettext as _

from leads.importing.tables import Row, Unreadable, tidied

_PIECE = 1 << 16
_MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
_DELIMITERS = ",;\t|"
_LOOKED_AT = 30


def rows_of(file: IO[bytes]) -> Iterator[Row]:
    """Quoted cells may hold line breaks: a row is a record, as a spreadsheet counts them."""
    lines = io.TextIOWrapper(file, encoding=_encoding(file), errors="replace", newline="")
    try:
        yield from _records(lines)
    except csv.Error as error:
        raise Unreadable(_("This file can't be read as a table: %(why)s.") % {"why": error}) from None
    finally:
        lines.detach()  # the file is closed by whoever opened it


def _records(lines: io.TextIOWrapper) -> Iterator[Row]:
    start = lines.read(_PIECE)
    says_itself = start[:4].lower() == "sep="  # Excel's own first line
    delimiter = start[4:5] if says_itself else _delimiter(start)
    lines.seek(0)
    records = csv.reader(lines, delimiter=delimiter or ",")
    for number, cells in enumerate(records, start=1):
        yield number, [] if says_itself and number == 1 else tidied(cells)


def _encoding(file: IO[bytes]) -> str:
    start = file.read(3)
    file.seek(0)
    for mark, encoding in _MARKS.items():
        if start.startswith(mark):
            return encoding
    return "utf-8" if _is_utf8(file) else "cp1252"


def _is_utf8(file: IO[bytes]) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while piece := file.read(_PIECE):
            decoder.decode(piece)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    finally:
        file.seek(0)
    return True


def _delimiter(start: str) -> str:
    """The one by which most of the first rows have the same number of columns."""
    return max(_DELIMITERS, key=lambda delimiter: _evenness(start, delimiter))


def _evenness(start: str, delimiter: str) -> tuple[int, int]:
    widths: Counter[int] = Counter()
    try:
        for _number, cells in zip(range(_LOOKED_AT), csv.reader(io.StringIO(start), delimiter=delimiter), strict=False):
            widths[len(cells)] += 1
    except csv.Error:
        return 0, 0
    del widths[0], widths[1]
    width, rows = widths.most_common(1)[0] if widths else (0, 0)
    return rows, width
