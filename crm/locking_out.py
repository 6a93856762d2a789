"""Guessing stops: after a few wrong passwords an address is locked for a while, whoever tries, from wherever."""

from __future__ import annotations

import datetime as dt
import hashlib

from django.db.models import F
from django.utils import timezone

from crm.models import LogInTry

MOST, WINDOW = 5, dt.timedelta(minutes=5)


def may_try(address: str, *, now: dt.datetime) -> bool:
    """Count a try at this address. Not inside a transaction: what is rolled back was never counted."""
    return LogInTry.count(_digest(address), now, WINDOW) <= MOST


def was_right(address: str) -> None:
    """The password was theirs: this try does not count. Those before do, or whoever knows one would go on guessing."""
    LogInTry.objects.filter(digest=_digest(address), tries__gt=0).update(tries=F("tries") - 1)


def forgive(address: str) -> None:
    """A new password was set by a letter to the address."""
    LogInTry.objects.filter(digest=_digest(address)).delete()


def prune() -> int:
    """Forget windows that are long over."""
    return LogInTry.objects.filter(opened_at__lt=timezone.now() - 2 * WINDOW).delete()[0]


def _digest(address: str) -> str:
    return hashlib.sha256(address.strip().lower().encode("utf-8", "surrogatepass")).hexdigest()
