"""Recordings of calls: who holds a signed address may listen for a while, without signing in."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from uuid import UUID

from django.core import signing

from leads.models import Recording

LIFETIME = dt.timedelta(hours=1)
_SIGNER = signing.TimestampSigner(sep=".", salt="leads.recordings")
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})\Z", re.ASCII)


class Expired(Exception):
    """The address was good once."""


def token_of(recording: Recording) -> str:
    """What stands in the recording's address. Good for LIFETIME from now."""
    return _SIGNER.sign(recording.uuid.hex)


def recording_named(token: str) -> Recording | None:
    """The recording that a token opens; None for one that we did not make, or when it is gone. Raises Expired."""
    try:
        name = _SIGNER.unsign(token, max_age=LIFETIME)
    except signing.SignatureExpired as error:
        raise Expired from error
    except signing.BadSignature:
        return None
    found = Recording.objects.select_related("call").filter(uuid=UUID(name))
    return found.filter(organization__is_active=True, call__lead__deleted_at=None).first()


@dataclass(frozen=True, slots=True)
class Span:
    """Bytes first to last, both included."""

    first: int
    last: int

    @property
    def length(self) -> int:
        return self.last - self.first + 1


def span_asked(header: str, size: int) -> Span | None:
    """
    The span that a Range header asks for; None for the whole (no header, several spans, or one that we can't read).

    Raises ValueError when nothing of the file lies within it.
    """
    match = _RANGE.match(header.strip().lower())
    if match is None or match[1] == match[2] == "":
        return None
    if match[1] == "":
        first, last = max(0, size - int(match[2])), size - 1
    else:
        first, last = int(match[1]), min(int(match[2]) if match[2] else size - 1, size - 1)
        if match[2] and int(match[2]) < first:
            return None
    if first > last:
        raise ValueError("beyond the end")
    return Span(first, last)
