"""Record facts in the caller's transaction, and tell whoever listens, in the same transaction."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from functools import cache, partial
from typing import Any

from django.db import connections, models, router
from django.db.models import Exists

from crm.bulk import fresh, insert_and_ask, insert_in_turn, insert_rows, question_about
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
    _tell(written, idle=_write(written))
    return written


def write_with(
    row: models.Model, event: Event, *, by: str, along: Iterable[Sequence[models.Model]] = ()
) -> Callable[[], None]:
    """
    Write a new row, the fact that it came, and what belongs to it, with one statement; what comes back tells the
    listeners, once the row has all it is to have.

    by: the fact's column for the row's id. along: see crm.bulk.insert_rows.
    """
    if _is_asked():
        asked = _asked_about(event)
        questions = [_question_of(each) for each in asked]
        answers = insert_in_turn(row, event, by=by, along=along, questions=questions)
        return partial(_tell, [event], idle=_idle(asked, answers))
    insert_rows([row], along=along)
    setattr(event, by, row.pk)
    insert_rows([event])
    return partial(_tell, [event], idle=set())


def _tell(written: list[Event], *, idle: set[Listener]) -> None:
    by_name: dict[str, list[Event]] = defaultdict(list)
    for event in written:
        by_name[event.name].append(event)
    if written:
        by_name[EVERYTHING] = written
    for name, batch in by_name.items():
        for listener in _listeners[name]:
            if listener not in idle:
                listener(batch)


def _write(facts: Sequence[Event]) -> set[Listener]:
    """Write them; returns those listeners that have nothing to do, as far as it was asked."""
    if len(facts) != 1 or not _is_asked():
        insert_rows(facts)
        return set()
    asked = _asked_about(facts[0])
    return _idle(asked, insert_and_ask(facts[0], [_question_of(each) for each in asked]))


def _is_asked() -> bool:
    """Whether the statement that writes a lone fact may ask something besides."""
    return connections[router.db_for_write(Event)].vendor == "postgresql"


def _asked_about(event: Event) -> list[Listener]:
    return [each for each in (*_listeners[event.name], *_listeners[EVERYTHING]) if each in _conditions]


def _idle(asked: Sequence[Listener], answers: Sequence[Any]) -> set[Listener]:
    return {listener for listener, has_work in zip(asked, answers, strict=True) if not has_work}


@cache
def _question_of(listener: Listener) -> str:
    return question_about(Event, _conditions[listener])
