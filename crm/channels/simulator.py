"""
The channel that needs nothing: it writes down what would have gone out.

One JSON line for each accepted message in settings.SIMULATOR_LOG, only ever appended. Numbers that end in 0000 do not
exist (refused for good); those that end in 0001 are busy (refused for now).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

import orjson
from django.conf import settings

from crm.channels.base import Accepted, Outgoing, Refused, Tried

_BLOCK = 64 * 1024
#: How far back lookup reads, in bytes. A message is looked up minutes after it was tried, not weeks.
_REACH = 256 * 1024 * 1024


class Simulator:
    name = "simulator"
    is_simulated = True

    def __init__(self) -> None:
        self._log = Path(settings.SIMULATOR_LOG)
        self._log.parent.mkdir(parents=True, exist_ok=True)

    def send(self, message: Outgoing) -> Accepted:
        if message.to.endswith("0000"):
            raise Refused("no_such_number", "This number does not exist.", permanent=True)
        if message.to.endswith("0001"):
            raise Refused("busy", "The carrier is busy.", permanent=False)
        self._append(
            {
                "at": dt.datetime.now(dt.UTC).isoformat(),
                "reference": message.reference,
                "to": message.to,
                "subject": message.subject,
                "body": message.body,
                "sender": message.sender,
            }
        )
        return _accepted(message.reference)

    def lookup(self, tried: Tried) -> Accepted | None:
        reference = tried.message.reference
        wanted = f'"reference":"{reference}"'.encode()
        return _accepted(reference) if any(wanted in block for block in _blocks_from_the_end(self._log)) else None

    def _append(self, record: dict[str, str]) -> None:
        """One write with O_APPEND: lines of several processes never mix, and a kill leaves a whole line or none."""
        log = os.open(self._log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        try:
            os.write(log, orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE))
        finally:
            os.close(log)


def _accepted(reference: str) -> Accepted:
    return Accepted(f"sim_{hashlib.sha256(reference.encode()).hexdigest()[:24]}")


def _blocks_from_the_end(path: Path) -> Iterator[bytes]:
    """Pieces of whole lines, newest first."""
    try:
        log = path.open("rb")
    except FileNotFoundError:
        return
    with log:
        end = log.seek(0, os.SEEK_END)
        oldest = max(0, end - _REACH)
        start_of_line = b""
        while end > oldest:
            start = max(oldest, end - _BLOCK)
            log.seek(start)
            head, newline, whole_lines = (log.read(end - start) + start_of_line).partition(b"\n")
            yield whole_lines
            start_of_line, end = head + newline, start
        yield start_of_line
