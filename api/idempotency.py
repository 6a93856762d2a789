"""
Idempotency keys: a request that is sent twice is done once.

The answer is kept by a row that is written in the same transaction as the effect, so that there is never one without
the other: a crash, a refusal or a lost connection leaves neither. While the first request is under way its row is
invisible to others; what they see is a lock that lives exactly as long as its transaction:

* PostgreSQL: an advisory lock of that transaction. Whoever does not get it at once is told InFlight. The server ends a
  transaction that keeps it for longer than LOCK_SECONDS without getting on.
* SQLite: BEGIN IMMEDIATE lets one writer in at a time. The second request waits, then finds the row and replays it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import orjson
from django.db import IntegrityError, connections, router, transaction
from django.http import HttpResponse
from django.utils import timezone

from api.models import KeptAnswer
from crm.models import Organization

KEPT_FOR = dt.timedelta(hours=24)
LOCK_SECONDS = 60
REPLAY_HEADER = "Idempotency-Key-Replay"

_KEY = re.compile(r"[A-Za-z0-9_-]{1,256}\Z", re.ASCII)


class InvalidKey(Exception):
    """The key is not 1 to 256 letters, digits, underscores and hyphens."""


class InFlight(Exception):
    """Another request with this key is being done."""


class KeyReused(Exception):
    """The key belongs to a request with another body."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """A request with a key. The address names contract and path; the body is the parsed JSON."""

    organization: Organization
    method: str
    address: str
    key: str
    body: Any
    now: dt.datetime

    @property
    def scope(self) -> dict[str, Any]:
        """Within these a key is unique."""
        return {"organization": self.organization, "method": self.method, "address": self.address, "key": self.key}

    def fingerprint(self) -> str:
        """The same for bodies that say the same, whatever the order of their keys."""
        return hashlib.sha256(orjson.dumps(self.body, option=orjson.OPT_SORT_KEYS)).hexdigest()

    def lock_number(self) -> int:
        """64 bits, signed, for PostgreSQL's advisory locks."""
        name = f"idempotency {self.organization.pk} {self.method} {self.address} {self.key}"
        return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], signed=True)


def once(attempt: Attempt, effect: Callable[[], HttpResponse]) -> HttpResponse:
    """
    Do it, or replay the answer that the key got within the last 24 hours.

    Only a 2xx answer is kept; an effect that raises is rolled back whole and may be tried again. Raises InvalidKey,
    InFlight and KeyReused.
    """
    if not _KEY.match(attempt.key):
        raise InvalidKey
    with transaction.atomic(using=router.db_for_write(KeptAnswer)):
        _lock(attempt)
        kept = KeptAnswer.objects.filter(**attempt.scope).first()
        if kept is not None and kept.kept_at > attempt.now - KEPT_FOR:
            return _replay(kept, attempt)
        if kept is not None:
            kept.delete()
        answer = effect()
        if 200 <= answer.status_code < 300:
            _keep(attempt, answer)
    return answer


def prune(now: dt.datetime | None = None, limit: int = 10_000) -> int:
    """Forget answers that are too old to be replayed; how many there were. Cheap when there are none."""
    oldest = (now or timezone.now()) - KEPT_FOR
    old = KeptAnswer.objects.filter(kept_at__lte=oldest).order_by("kept_at").values("pk")[:limit]
    deleted, _ = KeptAnswer.objects.filter(pk__in=old).delete()
    return deleted


def _lock(attempt: Attempt) -> None:
    connection = connections[router.db_for_write(KeptAnswer)]
    if connection.vendor != "postgresql":
        return
    bound = f"{LOCK_SECONDS * 1000:.0f}ms"
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_try_advisory_xact_lock(%s),"
            " set_config('statement_timeout', %s, true), set_config('idle_in_transaction_session_timeout', %s, true)",
            [attempt.lock_number(), bound, bound],
        )
        if not cursor.fetchone()[0]:
            raise InFlight


def _replay(kept: KeptAnswer, attempt: Attempt) -> HttpResponse:
    if kept.fingerprint != attempt.fingerprint():
        raise KeyReused
    headers = {REPLAY_HEADER: "true"}
    return HttpResponse(bytes(kept.body), status=kept.status, content_type=kept.content_type, headers=headers)


def _keep(attempt: Attempt, answer: HttpResponse) -> None:
    try:
        with transaction.atomic():
            KeptAnswer.objects.create(
                **attempt.scope,
                fingerprint=attempt.fingerprint(),
                status=answer.status_code,
                content_type=answer["Content-Type"],
                body=answer.content,
                kept_at=attempt.now,
            )
    except IntegrityError:
        raise InFlight from None  # no lock kept us apart, but the constraint does: all that was done is undone
