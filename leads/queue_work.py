"""Work on the queue: one advisor at a time has a lead; done, later, and back again."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from crm import events
from crm.models import Actor, Advisor
from leads import advisor_tasks, documents
from leads.errors import Changed, InvalidValue
from leads.models import Document, Lead, QueueClaim, QueueMark, Task
from leads.queue_reasons import EARLY

#: Long enough for a call; whoever goes on working takes it again.
HELD_FOR = dt.timedelta(minutes=10)
_LONGEST_SNOOZE = dt.timedelta(days=90)


class Taken(Changed):
    """A colleague works on it; the words say who and for how long."""


def claim(lead: Lead, *, by: Advisor, now: dt.datetime) -> QueueClaim:
    """Theirs alone for some minutes, and whatever they had before is free again. Raises Taken."""
    until = now + HELD_FOR
    free_or_mine = QueueClaim.objects.filter(Q(advisor=by) | Q(until__lte=now), lead=lead)
    if not free_or_mine.update(advisor=by, until=until):
        try:
            with transaction.atomic():
                QueueClaim.objects.create(organization_id=lead.organization_id, lead=lead, advisor=by, until=until)
        except IntegrityError:
            raise _taken(lead, now) from None
    QueueClaim.objects.filter(advisor=by).exclude(lead=lead).delete()
    return QueueClaim.objects.get(lead=lead)


def _taken(lead: Lead, now: dt.datetime) -> Taken:
    other = QueueClaim.objects.filter(lead=lead).select_related("advisor__user").first()
    minutes = max(1, round((other.until - now).total_seconds() / 60)) if other else 1
    return Taken(
        _("%(name)s has it, %(minutes)s min left.")
        % {"name": other.advisor.name if other else _("Somebody"), "minutes": minutes}
    )


@transaction.atomic
def done(lead: Lead, *, by: Advisor, now: dt.datetime) -> QueueMark:
    """What the queue knows of the lead is dealt with, tasks that are due and papers that came in too. Raises Taken."""
    _must_be_free(lead, by, now)
    actor = Actor.advisor(by)
    due = list(Task.objects.due(now + EARLY).filter(lead=lead))
    closed = [str(task.uuid) for task in due if advisor_tasks.complete(task, by=actor, now=now)]
    documents.see(Document.objects.filter(lead=lead, seen_at=None), now=now)
    return _mark(lead, by, now, until=None, tasks=closed)


@transaction.atomic
def snooze(lead: Lead, *, until: dt.datetime, by: Advisor, now: dt.datetime) -> QueueMark:
    """Not before then, unless something happens. Raises Taken, and InvalidValue for a time that is past or far off."""
    if not now < until <= now + _LONGEST_SNOOZE:
        raise InvalidValue(_("Choose a time within the next 90 days."), field="until")
    _must_be_free(lead, by, now)
    return _mark(lead, by, now, until=until, tasks=[])


@transaction.atomic
def undo(lead: Lead, *, marked_at: dt.datetime, by: Advisor, now: dt.datetime) -> None:
    """Back into the queue, with its tasks. Raises Changed when somebody has said something newer about it."""
    mark = QueueMark.objects.select_for_update().filter(lead=lead, advisor=by, marked_at=marked_at).first()
    if mark is None:
        raise Changed(_("Somebody has said something newer about this lead."))
    for task in Task.objects.filter(lead=lead, uuid__in=[UUID(each) for each in mark.tasks]):
        try:
            with transaction.atomic():
                advisor_tasks.reopen(task, by=Actor.advisor(by), now=now)
        except Changed:
            continue  # it was reopened already
    mark.delete()


def put_off(lead: Lead, *, until: dt.datetime, by: Advisor, now: dt.datetime) -> None:
    """As snooze, for what says itself why: a call that nobody answered. In the caller's transaction."""
    _settle(lead, by, now, until=until, tasks=[])


def let_go(lead: Lead, *, by: Advisor) -> None:
    """Whoever wants it may have it now."""
    QueueClaim.objects.filter(lead=lead, advisor=by).delete()


def _must_be_free(lead: Lead, by: Advisor, now: dt.datetime) -> None:
    if QueueClaim.objects.filter(lead=lead, until__gt=now).exclude(advisor=by).exists():
        raise _taken(lead, now)


def _mark(lead: Lead, by: Advisor, now: dt.datetime, *, until: dt.datetime | None, tasks: list[str]) -> QueueMark:
    mark = _settle(lead, by, now, until=until, tasks=tasks)
    events.record(
        "lead.snoozed" if until else "lead.dealt_with",
        organization=lead.organization_id,
        lead_id=lead.pk,
        by=Actor.advisor(by),
        now=now,
        **({"until": until.isoformat()} if until else {}),
    )
    return mark


def _settle(lead: Lead, by: Advisor, now: dt.datetime, *, until: dt.datetime | None, tasks: list[str]) -> QueueMark:
    mark, _ = QueueMark.objects.update_or_create(
        lead=lead,
        defaults={
            "organization_id": lead.organization_id,
            "advisor": by,
            "marked_at": now,
            "until": until,
            "tasks": tasks,
        },
    )
    let_go(lead, by=by)
    return mark
