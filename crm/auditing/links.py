"""What a link of the audit log is, and its hash. No database here: whoever has the rows can check them."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from typing import Any, NamedTuple

from crm.encryption import blinded

#: What the first link of a chain hangs on.
BEGINNING = "0" * 64


class Fact(NamedTuple):
    """A settled fact, as a source gives it; said is all that it says besides, and is kept as a digest only."""

    organization_id: int
    source_id: int
    name: str
    happened_at: dt.datetime
    lead_id: int | None
    actor_kind: str
    actor_id: int | None
    actor_label: str
    said: Any


def detail_of(said: Any, key: bytes) -> str:
    """A digest of what a fact says, made with the organisation's key, so that nothing can be guessed from it."""
    return blinded(_canonical(said), key)


def hash_of(previous: str, entry: Any) -> str:
    """SHA-256 over the hash before it and the columns of an AuditEntry, as JSON in a fixed order."""
    columns = [
        entry.organization_id,
        entry.number,
        entry.source,
        entry.source_id,
        entry.name,
        entry.happened_at.astimezone(dt.UTC).isoformat(timespec="microseconds"),
        entry.lead_id,
        entry.actor_kind,
        entry.actor_id,
        entry.actor_label,
        entry.detail,
    ]
    return hashlib.sha256((previous + _canonical(columns)).encode()).hexdigest()


def _canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)
