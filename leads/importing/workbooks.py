"""XLSX: read by calamine in a process of its own, which may take neither much memory nor much time."""

from __future__ import annotations

import contextlib
import json
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from typing import IO

from django.conf import settings
from django.utils.translation import gettext as _

from leads.importing.tables import Row, Unreadable, tidied

#: What a file may say that it unpacks to.
MOST_UNPACKED = 500_000_000
MOST_PARTS = 2_000  # sheets, pictures and what belongs to them


def rows_of(file: IO[bytes]) -> tuple[str, Iterator[Row]]:
    """The rows of the first sheet that can be seen, and its name when there are others."""
    _weigh(file)
    lines = _lines(file)
    sheets = json.loads(next(lines, "[]"))
    if not sheets:
        raise Unreadable(_("There is no sheet in this file."))
    return sheets[0] if len(sheets) > 1 else "", _rows(lines)


def _rows(lines: Iterator[str]) -> Iterator[Row]:
    with contextlib.closing(lines):  # type: ignore[type-var]
        for number, line in enumerate(lines, start=1):
            yield number, tidied(json.loads(line))


def _lines(file: IO[bytes]) -> Iterator[str]:
    with tempfile.NamedTemporaryFile(suffix=".xlsx") as copy:
        shutil.copyfileobj(file, copy)
        copy.flush()
        command = [sys.executable, "-m", "leads.importing.workbook_process", copy.name]
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=settings.BASE_DIR, text=True
        ) as process:
            assert process.stdout is not None
            try:
                yield from process.stdout
            except GeneratorExit:  # nobody wants to read on
                process.kill()
                raise
    if process.returncode:
        raise Unreadable(_("This Excel file is damaged or too large. Please save it as .csv, and choose that."))


def _weigh(file: IO[bytes]) -> None:
    """Before anything is unpacked."""
    try:
        parts = zipfile.ZipFile(file).infolist()
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise Unreadable(
            _("This is no Excel file, or it asks for a password. Please save it anew as .xlsx or .csv.")
        ) from error
    file.seek(0)
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
        raise Unreadable(_("This file is too large once it is unpacked. Please save it as .csv, or in parts."))
