"""Tell advisors what concerns them: a row for each of them, written with the fact, once."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from crm.bulk import fresh, insert_rows
from crm.models import Actor, ActorKind, Advisor, Notification
from leads.models import Lead, Task, TaskKind

#: So many leads of one batch are told one by one; more of them in one line.
ONE_BY_ONE = 5
_CALLBACK_GRACE = dt.timedelta(hours=12)
_KEEP_READ, _KEEP_ANY = dt.timedelta(days=60), dt.timedelta(days=180)
_AT_ONCE = 500

type About = Mapping[str, Any]


def notification(
    kind: str,
    advisor_id: int,
    *,
    organization_id: int,
    key: str,
    now: dt.datetime,
    lead_uuid: UUID | None = None,
    data: About | None = None,
) -> Notification:
    """A row that is not yet written. data may hold "first", the lead's first name, and nothing else of a borrower."""
    return fresh(
        Notification,
        organization_id=organization_id,
        advisor_id=advisor_id,
        kind=kind,
        key=f"{kind}:{key}"[:120],
        lead_uuid=lead_uuid,
        data=dict(data or {}),
        created_at=now,
        mail_at=now,
    )


def file(rows: Sequence[Notification]) -> None:
    """What somebody was told before is left out."""
    insert_rows(rows, ignore_conflicts=True)


def of_new_leads(leads: Iterable[Lead], *, by: Actor, now: dt.datetime) -> list[Notification]:
    """For those to whom new leads belong, unless it is they who bring them in; to be written with the leads."""
    theirs: dict[int, list[Lead]] = defaultdict(list)
    for lead in leads:
        if lead.advisor_id is not None and not is_by(by.kind, by.id, lead.advisor_id):
            theirs[lead.advisor_id].append(lead)
    rows = []
    for advisor_id, given in theirs.items():
        about: dict[str, Any] = {"organization_id": given[0].organization_id, "now": now}
        if len(given) > ONE_BY_ONE:
            data = {"number": len(given)}
            rows.append(notification("assigned", advisor_id, key=str(given[0].uuid), data=data, **about))
        else:
            rows += [
                notification("assigned", advisor_id, key=str(lead.uuid), lead_uuid=lead.uuid, data=named(lead), **about)
                for lead in given
            ]
    return rows


def is_by(kind: str, actor_id: int | None, advisor_id: int) -> bool:
    return kind == ActorKind.ADVISOR and actor_id == advisor_id


def named(lead: Lead) -> dict[str, str]:
    return {"first": lead.first_name} if lead.first_name else {}


def callbacks() -> int:
    """Chore: tell of calls that are due; how many were new."""
    now = timezone.now()
    due = Task.objects.due(now).filter(kind=TaskKind.CALL, due_at__gt=now - _CALLBACK_GRACE, advisor__is_active=True)
    tasks = due.select_related("lead").order_by("due_at", "pk")[:_AT_ONCE]
    rows = [
        notification(
            "callback",
            task.advisor_id,
            organization_id=task.organization_id,
            key=f"{task.uuid}:{task.due_at.timestamp():.0f}",
            now=now,
            lead_uuid=task.lead.uuid,
            data=named(task.lead),
        )
        for task in tasks
        if task.advisor_id and task.lead.deleted_at is None
    ]
    known = set(Notification.objects.filter(key__in=[row.key for row in rows]).values_list("advisor_id", "key"))
    new = [row for row in rows if (row.advisor_id, row.key) not in known]
    file(new)
    return len(new)


def prune() -> int:
    """Chore: forget what was read long ago, and what nobody will read any more."""
    now = timezone.now()
    read = Notification.objects.filter(read_at__lt=now - _KEEP_READ).values_list("pk", flat=True)[:_AT_ONCE]
    old = Notification.objects.filter(created_at__lt=now - _KEEP_ANY).order_by("pk").values_list("pk", flat=True)
    return Notification.objects.filter(pk__in=[*read, *old[:_AT_ONCE]]).delete()[0]


def of_advisor(advisor: Advisor) -> QuerySet[Notification]:
    """The newest first, each with whether the advisor may (still) see its lead."""
    seen = Lead.objects.visible_to(advisor).filter(uuid=OuterRef("lead_uuid"))
    return Notification.objects.filter(advisor=advisor).annotate(sees_lead=Exists(seen)).order_by("-pk")


def mark_read(advisor: Advisor, uuids: Sequence[UUID] | None, *, now: dt.datetime) -> int:
    """These, or all of theirs. A letter about what was read already does not go out."""
    unread = Notification.objects.filter(advisor=advisor, read_at=None)
    if uuids is not None:
        unread = unread.filter(uuid__in=uuids)
    return unread.update(read_at=now)
