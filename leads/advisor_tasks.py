"""What advisors have to do: given, done, reopened, taken back, and handed on with the lead."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from crm import events
from crm.bulk import insert_rows, write_columns
from crm.models import Actor, Event
from leads.errors import Changed, InvalidValue
from leads.models import Lead, Task, TaskKind, TaskQuerySet, TaskState

_CLOSED = ["state", "closed_at", "closed_by_label", "closed_because"]


@transaction.atomic
def give(
    lead: Lead,
    *,
    title: str,
    due_at: dt.datetime,
    kind: TaskKind | str = TaskKind.TODO,
    details: str = "",
    by: Actor,
    now: dt.datetime,
) -> Task:
    """Something for the lead's advisor to do by then. Raises InvalidValue for a task without words."""
    if not title.strip():
        raise InvalidValue(_("What is to be done?"), field="title")
    task = new_task(lead, title=title, due_at=due_at, kind=kind, details=details, by=by, now=now)
    give_all([task], by=by, now=now)
    return task


def new_task(
    lead: Lead,
    *,
    title: str,
    due_at: dt.datetime,
    kind: TaskKind | str,
    details: str = "",
    reason: dict[str, object] | None = None,
    by: Actor,
    now: dt.datetime,
) -> Task:
    """For the advisor who has the lead, not yet written."""
    return Task(
        organization_id=lead.organization_id,
        lead=lead,
        advisor_id=lead.advisor_id,
        kind=kind,
        title=title.strip()[:255],
        details=details.strip(),
        reason=reason or {},
        due_at=due_at,
        created_at=now,
        created_by_label=by.label[:255],
    )


def give_all(tasks: Sequence[Task], *, by: Actor, now: dt.datetime) -> None:
    """Write them, in the caller's transaction. Two statements, however many."""
    insert_rows(tasks)
    events.record_all(_fact("task.given", task, by, now, due_at=task.due_at.isoformat()) for task in tasks)


@transaction.atomic
def complete(task: Task, *, by: Actor, now: dt.datetime) -> bool:
    """It is done; False when it was closed before."""
    return _close([task], TaskState.DONE, by=by, now=now) == 1


@transaction.atomic
def reopen(task: Task, *, by: Actor, now: dt.datetime) -> None:
    """It was not done after all. Raises Changed when it is not done, or its lead is gone."""
    done = Task.objects.filter(pk=task.pk, state=TaskState.DONE, lead__deleted_at=None)
    if not done.update(state=TaskState.OPEN, closed_at=None, closed_by_label=""):
        raise Changed(_("This task is not done."))
    task.refresh_from_db()
    events.record_all([_fact("task.reopened", task, by, now)])


def take_back(tasks: TaskQuerySet, *, because: str, by: Actor, now: dt.datetime) -> int:
    """What of them is open need not be done any more; how many that were. In the caller's transaction."""
    return _close(list(tasks.open().order_by("pk")), TaskState.CANCELLED, because=because, by=by, now=now)


def hand_on(lead_ids: Sequence[int], advisor_id: int | None) -> None:
    """The leads have another advisor now, and what is still to be done goes with them."""
    Task.objects.open().filter(lead__in=lead_ids).update(advisor=advisor_id)


def _close(tasks: Sequence[Task], state: TaskState, *, because: str = "", by: Actor, now: dt.datetime) -> int:
    if not tasks:
        return 0
    for task in tasks:
        task.state, task.closed_at = state, now
        task.closed_by_label, task.closed_because = by.label[:255], because[:255]
    written = write_columns(tasks, _CLOSED, while_still={"state": TaskState.OPEN})
    closed = [task for task in tasks if task.pk in written]
    name = "task.done" if state == TaskState.DONE else "task.cancelled"
    events.record_all(_fact(name, task, by, now, **({"reason": because} if because else {})) for task in closed)
    return len(closed)


def _fact(name: str, task: Task, by: Actor, now: dt.datetime, **more: str) -> Event:
    return events.fact(
        name,
        organization=task.organization_id,
        lead_id=task.lead_id,
        by=by,
        now=now,
        task=str(task.uuid),
        title=task.title,
        kind=task.kind,
        **more,
    )


def open_tasks_of(leads: Iterable[Lead]) -> QuerySet[Task]:
    """What is still to be done about these leads, the most urgent first."""
    return Task.objects.open().filter(lead__in=[lead.pk for lead in leads]).order_by("due_at", "pk")
