"""Check the chains: every link hangs on the one before it, and says what its fact says, as long as the fact is kept."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from crm.auditing.links import BEGINNING, detail_of, hash_of
from crm.auditing.sources import sources
from crm.blinding import opened
from crm.models import AuditChain, AuditEntry, AuditMark

log = logging.getLogger(__name__)

BATCH = 1000
#: Links that one round of the minute's chores checks.
MOST_AT_ONCE = 20_000
#: A chain that was checked is checked again from its beginning.
PASS_EVERY = dt.timedelta(days=1)


@dataclass(slots=True)
class Found:
    """How far a check came, what it found; broken is the first link that does not hold, and why in words."""

    number: int
    hash: str
    broken: int | None = None
    why: str = ""
    gone: int = 0
    erased: int = 0


def check(chain: AuditChain, found: Found, *, most: int) -> Found:
    """Go on where found stands, over at most so many links, to the end that the chain has."""
    key = opened(chain.locked_key)
    stop = min(chain.number, found.number + most)
    while found.number < stop and found.broken is None:
        links = AuditEntry.objects.filter(organization=chain.pk, number__gt=found.number, number__lte=stop)
        batch = list(links.order_by("number")[:BATCH])
        _check_batch(batch, key, found)
        if not batch:
            _breaks(found, found.number + 1, "it is missing")
    if found.broken is None and found.number == chain.number and found.number and found.hash != chain.hash:
        _breaks(found, found.number, "it is not the one that the chain ends with")
    return found


def check_whole(chain: AuditChain) -> Found:
    """From the first link to the last, and that nothing comes after it."""
    found = check(chain, Found(0, BEGINNING), most=chain.number)
    beyond = AuditEntry.objects.filter(organization=chain.pk, number__gt=chain.number)
    if found.broken is None and chain.number == AuditChain.objects.get(pk=chain.pk).number and beyond.exists():
        _breaks(found, chain.number + 1, "it is beyond the end of the chain")
    return found


def unchained(chain: AuditChain) -> int:
    """How many facts stand before the mark and are in no chain: written past record(), or lost to it."""
    number = 0
    for source in sources().values():
        mark = AuditMark.objects.filter(source=source.name).first()
        known = AuditEntry.objects.filter(organization=chain.pk, source=source.name, source_id=OuterRef("pk"))
        facts = source.model._default_manager.filter(organization=chain.pk, pk__lte=mark.mark if mark else 0)
        number += facts.filter(~Exists(known)).count()
    return number


def patrol() -> int:
    """Check a stretch of the chains that have waited longest; how many links. A break is logged, the page shows it."""
    now, left = timezone.now(), MOST_AT_ONCE
    waiting = Q(checked__lt=F("number")) | Q(pass_began_at__lt=now - PASS_EVERY) | Q(pass_began_at=None)
    for chain in AuditChain.objects.filter(waiting).order_by(F("pass_began_at").asc(nulls_first=True))[:200]:
        left -= _walk_on(chain, now, most=left)
        if left <= 0:
            break
    return MOST_AT_ONCE - left


def _walk_on(chain: AuditChain, now: dt.datetime, *, most: int) -> int:
    begins = chain.pass_began_at is None or (chain.checked >= chain.number and chain.pass_began_at < now - PASS_EVERY)
    if begins:
        chain.checked, chain.checked_hash, chain.pass_began_at = 0, BEGINNING, now
    before = chain.checked
    found = check(chain, Found(chain.checked, chain.checked_hash), most=most)
    chain.checked, chain.checked_hash = found.number, found.hash
    if found.broken is not None:
        log.error("audit: link %s of organisation %s does not hold: %s", found.broken, chain.pk, found.why)
        chain.broken = found.broken
        chain.pass_began_at = now - PASS_EVERY + dt.timedelta(hours=1)
        chain.checked = chain.number  # this pass is over; the next one begins in an hour
    elif chain.checked == chain.number:
        chain.verified, chain.verified_at, chain.broken = chain.number, now, None
    columns = ["checked", "checked_hash", "pass_began_at", "verified", "verified_at", "broken"]
    chain.save(update_fields=columns)
    return max(found.number - before, 1)


def _check_batch(batch: Sequence[AuditEntry], key: bytes, found: Found) -> None:
    facts = {name: _facts(name, batch) for name in {entry.source for entry in batch}}
    for entry in batch:
        if entry.number != found.number + 1:
            return _breaks(found, found.number + 1, "it is missing")
        if entry.hash != hash_of(found.hash, entry):
            return _breaks(found, entry.number, "it was changed, or the one before it was")
        row = facts[entry.source].get(entry.source_id)
        if row is None:
            found.gone += 1
        elif sources()[entry.source].is_erased(row):
            found.erased += 1
        elif detail_of(sources()[entry.source].fact_of(row).said, key) != entry.detail:
            return _breaks(found, entry.number, "its fact was changed since")
        found.number, found.hash = entry.number, entry.hash
    return None


def _facts(source: str, batch: Sequence[AuditEntry]) -> dict[int, object]:
    ids = [entry.source_id for entry in batch if entry.source == source]
    return dict(sources()[source].model._default_manager.in_bulk(ids)) if source in sources() else {}


def _breaks(found: Found, number: int, why: str) -> None:
    found.broken, found.why = number, why
