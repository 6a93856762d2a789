"""
Who reads from the replica: what stands inside reads_from_replica(), and nothing else.

Even there a read goes to the primary as soon as anything has been written, and so do rows that belong to no
organisation (log-ins, sessions, rate windows, the queue). Once at the primary a request stays there, for otherwise it
would go back in time.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections, models

from crm import reach
from crm.observing import metrics
from crm.postgresql.tables import OPEN
from crm.replica import REPLICA, standing

log = logging.getLogger(__name__)

#: Always the primary's, and no list shows them: whoever has written there may go on reading from the replica.
_STAYS = {*OPEN, "crm.Credential", "api.KeptAnswer"}


@dataclass(slots=True)
class Course:
    """Of one request: whether it reads from the replica now, or ever did, and whose rows it has written."""

    is_on: bool = False
    has_read: bool = False
    written: set[str] = field(default_factory=set)

    def write(self) -> None:
        self.is_on = False
        self.written.add(reach.current())


_course: ContextVar[Course | None] = ContextVar("course", default=None)


@contextmanager
def request() -> Iterator[Course]:
    """Within it, code may read from the replica."""
    with _set_to(Course()) as course:
        yield course


@contextmanager
def reads_from_replica() -> Iterator[None]:
    """
    With the replica for what is read, where there is one and it has all that the organisation has written.

    Also a decorator: of a page below the one that says whose rows are reached, and of a contract's handler.
    """
    course = _course.get()
    if course is None or course.is_on:
        yield
        return
    course.has_read, course.is_on = True, _may(course)
    try:
        yield
    finally:
        course.is_on = False


def continued[T](parts: Iterator[T]) -> Iterator[T]:
    """The same, of which each is read where it would be read now: later the view has ended, or has written."""
    course = _course.get()
    return parts if course is None else _each(parts, Course(is_on=course.is_on))


def _each[T](parts: Iterator[T], course: Course) -> Iterator[T]:
    end = object()
    while True:
        with _set_to(course):
            part = next(parts, end)
        if part is end:
            return
        yield part  # type: ignore[misc]


@contextmanager
def _set_to(course: Course) -> Iterator[Course]:
    token = _course.set(course)
    try:
        yield course
    finally:
        _course.reset(token)


def turn_back(error: Exception) -> bool:
    """The replica could not answer: whether this request was reading from it, and goes on at the primary."""
    course = _course.get()
    if course is None or not course.is_on:
        return False
    course.is_on = False
    reason = standing.watch.failed()
    metrics.count(metrics.READS, "primary", reason)
    log.warning("The replica could not answer (%s), the primary does: %s", reason, error)
    return True


def _may(course: Course) -> bool:
    reason = standing.why_not(reach.current()) if not _has_written(course) else "has written"
    metrics.count(metrics.READS, "primary" if reason else REPLICA, reason)
    return not reason


def _has_written(course: Course) -> bool:
    return bool(course.written) or connections[DEFAULT_DB_ALIAS].in_atomic_block


class Router:
    """Django's, for settings.DATABASE_ROUTERS; there is none without a replica."""

    def db_for_read(self, model: type[models.Model], **hints: Any) -> str:
        course = _course.get()
        if course is None or not course.is_on or model._meta.label in _STAYS:
            return DEFAULT_DB_ALIAS
        if connections[DEFAULT_DB_ALIAS].in_atomic_block:
            course.write()
            return DEFAULT_DB_ALIAS
        return REPLICA

    def db_for_write(self, model: type[models.Model], **hints: Any) -> str:
        course = _course.get()
        if course is not None and model._meta.label not in _STAYS:
            course.write()
        return DEFAULT_DB_ALIAS

    def allow_relation(self, *_: Any, **hints: Any) -> bool:
        return True

    def allow_migrate(self, db: str, *_: Any, **hints: Any) -> bool:
        return db != REPLICA
