"""
Make links of settled facts, a batch at a time, in the minute's chores.

Whoever records a fact knows nothing of it: were the chain written in their transaction, all writers of an organisation
would wait for each other. Two workers that chain at once take turns, by the row of the source.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from crm.auditing.links import BEGINNING, Fact, detail_of, hash_of
from crm.auditing.settling import settle
from crm.auditing.sources import Source, sources
from crm.blinding import new_locked_key, opened
from crm.bulk import insert_rows, write_columns
from crm.models import AuditChain, AuditEntry, AuditMark

#: Links in one transaction, for SQLite lets nobody else write meanwhile; and in one round of a source.
BATCH = 500
MOST_AT_ONCE = 20_000


def chain() -> int:
    """Chain what is settled; how many links that were."""
    return sum(_chain_source(source, timezone.now()) for source in sources().values())


def _chain_source(source: Source, now: dt.datetime) -> int:
    AuditMark.objects.get_or_create(source=source.name)
    done = 0
    while done < MOST_AT_ONCE:
        number = _chain_batch(source, now, first=done == 0)
        done += number
        if number < BATCH:
            break
    return done


@transaction.atomic
def _chain_batch(source: Source, now: dt.datetime, *, first: bool) -> int:
    mark = AuditMark.objects.select_for_update().get(source=source.name)
    if first:
        settle(mark, source.model)
    rows = source.model._default_manager.filter(pk__gt=mark.mark, pk__lte=mark.settled).order_by("pk")[:BATCH]
    facts = [source.fact_of(row) for row in rows]
    if facts:
        _lengthen(source, facts, now)
    mark.mark = facts[-1].source_id if len(facts) == BATCH else mark.settled
    mark.save()
    return len(facts)


def _lengthen(source: Source, facts: Sequence[Fact], now: dt.datetime) -> None:
    """Each fact becomes a link of its organisation's chain, in the order of the ids."""
    chains = _held({fact.organization_id for fact in facts})
    entries = [_link(source, fact, chains[fact.organization_id]) for fact in facts]
    for chain in chains.values():
        chain.chained_at = now
        chain.names.sort()
    insert_rows(entries)
    write_columns(list(chains.values()), ["number", "hash", "names", "chained_at"])


def _link(source: Source, fact: Fact, chain: AuditChain) -> AuditEntry:
    """Not yet written, like the end of the chain that it becomes."""
    columns: dict[str, Any] = {name: value for name, value in fact._asdict().items() if name != "said"}
    detail = detail_of(fact.said, opened(chain.locked_key))
    entry = AuditEntry(source=source.name, number=chain.number + 1, detail=detail, **columns)
    entry.hash = hash_of(chain.hash or BEGINNING, entry)
    chain.number, chain.hash = entry.number, entry.hash
    if fact.name not in chain.names:
        chain.names.append(fact.name)
    return entry


def _held(organization_ids: set[int]) -> dict[int, AuditChain]:
    """The ends of these chains, held until this transaction commits; those that begin are made."""
    chains = AuditChain.objects.select_for_update().filter(pk__in=organization_ids).order_by("pk")
    held = {chain.pk: chain for chain in chains}
    new = [AuditChain(organization_id=pk, locked_key=new_locked_key()) for pk in sorted(organization_ids - held.keys())]
    AuditChain.objects.bulk_create(new)
    return held | {chain.pk: chain for chain in new}
