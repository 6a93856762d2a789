"""Record facts in the caller's transaction, and tell whoever listens, in the same transaction."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from crm.bulk import insert_rows
from crm.models import Actor, Event, Organization

type Listener = Callable[[Sequence[Event]], None]

#: listen(EVERYTHING) hears of facts of all names, in one batch.
EVERYTHING = "*"

_listeners: dict[str, list[Listener]] = defaultdict(list)


def listen(name: str) -> Callable[[Listener], Listener]:
    """Decorator: call the function with every batch of facts of this name, before their transaction commits."""

    def register(function: Listener) -> Listener:
        _listeners[name].append(function)
        return function

    return register


def fact(
    name: str,
    *,
    organization: Organization | int,
    by: Actor,
    now: dt.datetime,
    lead_id: int | None = None,
    **data: Any,
) -> Event:
    """A fact that has not been written yet. data holds JSON values and no whole records."""
    return Event(
        name=name,
        organization_id=organization if isinstance(organization, int) else organization.pk,
        lead_id=lead_id,
        happened_at=now,
        actor_kind=by.kind,
        actor_id=by.id,
        actor_label=by.label[:255],
        data=data,
    )


def record(name: str, **about: Any) -> Event:
    """Write one fact; same arguments as fact()."""
    return record_all([fact(name, **about)])[0]


def record_all(facts: Iterable[Event]) -> list[Event]:
    """Write many facts with one statement and tell the listeners, a batch for each name."""
    written = list(insert_rows(list(facts)))
    by_name: dict[str, list[Event]] = defaultdict(list)
    for event in written:
        by_name[event.name].append(event)
    for name, batch in by_name.items():
        for listener in _listeners[name]:
            listener(batch)
    for listener in _listeners[EVERYTHING] if written else ():
        listener(written)
    return written
