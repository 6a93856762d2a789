"""What stands on a timeline: a quiet line, a bubble, or the name of a day. Each knows its template."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from django.utils import timezone
from django.utils.formats import date_format


@dataclass(frozen=True, slots=True)
class Day:
    template: ClassVar[str] = "leads/_timeline_day.html"

    date: dt.date
    words: str


@dataclass(frozen=True, slots=True)
class Line:
    """One quiet line: who (in bold, may be empty) did what, and why. tone is "held" (something waits) or ""."""

    template: ClassVar[str] = "leads/_timeline_line.html"

    at: dt.datetime
    icon: str
    words: str
    who: str = ""
    why: str = ""
    tone: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Sound:
    uuid: UUID
    seconds: int
    by: str


@dataclass(frozen=True, slots=True)
class CallLine:
    """A call: as a quiet line, with its recordings. is_open: nobody has said yet how it ended."""

    template: ClassVar[str] = "leads/_timeline_call.html"

    at: dt.datetime
    pk: int
    words: str
    who: str
    why: str
    text: str
    is_open: bool
    sounds: Sequence[Sound] = ()


@dataclass(frozen=True, slots=True)
class Bubble:
    """A message. voice is borrower, advisor, sequence or ai; tone of its state is "bad", "held" or ""."""

    template: ClassVar[str] = "leads/_timeline_message.html"

    at: dt.datetime
    uuid: UUID
    voice: str
    icon: str
    by: str
    detail: str
    subject: str
    body: str
    state: str
    state_icon: str
    tone: str = ""
    needs_review: bool = False
    awaits_approval: bool = False

    @property
    def is_out(self) -> bool:
        return self.voice != "borrower"


def moment(at: dt.datetime, beside: dt.datetime) -> str:
    """A time of day for somebody who reads it beside another time: "16:00", with its day where that differs."""
    local, near = timezone.localtime(at), timezone.localtime(beside)
    if local.date() == near.date():
        return f"{local:%H:%M}"
    if abs(local.date() - near.date()) < dt.timedelta(days=6):
        return date_format(local, "D H:i")
    return date_format(local, "j M H:i" if local.year == near.year else "j M Y H:i")
