"""Record facts in the caller's transaction, and tell whoever listens, in the same transaction."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any

from django.db import connections, router
from django.db.models import Exists

from crm.bulk import fresh, insert_and_ask, insert_rows, question_about
from crm.models import Actor, Event, Organization

type Listener = Callable[[Sequence[Event]], None]

#: listen(EVERYTHING) hears of facts of all names, in one batch.
EVERYTHING = "*"

_listeners: dict[str, list[Listener]] = defaultdict(list)
_conditions: dict[Listener, Exists] = {}


def listen(name: str, *, only_if: Exists | None = None) -> Callable[[Listener], Listener]:
    """
    Decorator: call the function with every batch of facts of this name, before their transaction commits.

    only_if says when the listener has something to do at all, by OuterRef of a fact's columns. A fact that comes alone
    is asked in the statement that writes it; a batch is not, so the listener finds out for itself all the same.
    """

    def register(function: Listener) -> Listener:
        _listeners[name].append(function)
        if only_if is not None:
            _conditions[function] = only_if
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
    return fresh(
        Event,
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
    written = list(facts)
    idle = _write(written)
    by_name: dict[str, list[Event]] = defaultdict(list)
    for event in written:
        by_name[event.name].append(event)
    if written:
        by_name[EVERYTHING] = written
    for name, batch in by_name.items():
        for listener in _listeners[name]:
            if listener not in idle:
                listener(batch)
    return written


def _write(facts: Sequence[Event]) -> set[Listener]:
    """Write them; returns those listeners that have nothing to do, as far as it was asked."""
    if len(facts) != 1 or connections[router.db_for_write(Event)].vendor != "postgresql":
        insert_rows(facts)
        return set()
    asked = [each for each in (*_listeners[facts[0].name], *_listeners[EVERYTHING]) if each in _conditions]
    answers = insert_and_ask(facts[0], [_question_of(each) for each in asked])
    return {listener for listener, has_work in zip(asked, answers, strict=True) if not has_work}


@cache
def _question_of(listener: Listener) -> str:
    return question_about(Event, _conditions[listener])
