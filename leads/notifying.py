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
from crm.events import listen
from crm.models import Actor, ActorKind, Advisor, Event, Notification, Role
from leads.models import Lead, Offer, OfferState, Task, TaskKind

#: So many leads of one batch are told one by one; more of them in one line.
_ONE_BY_ONE = 5
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
        if lead.advisor_id is not None and not _is(by.kind, by.id, lead.advisor_id):
            theirs[lead.advisor_id].append(lead)
    rows = []
    for advisor_id, given in theirs.items():
        about: dict[str, Any] = {"organization_id": given[0].organization_id, "now": now}
        if len(given) > _ONE_BY_ONE:
            data = {"number": len(given)}
            rows.append(notification("assigned", advisor_id, key=str(given[0].uuid), data=data, **about))
        else:
            rows += [
                notification(
                    "assigned", advisor_id, key=str(lead.uuid), lead_uuid=lead.uuid, data=_named(lead), **about
                )
                for lead in given
            ]
    return rows


def _is(kind: str, actor_id: int | None, advisor_id: int) -> bool:
    return kind == ActorKind.ADVISOR and actor_id == advisor_id


def _named(lead: Lead) -> dict[str, str]:
    return {"first": lead.first_name} if lead.first_name else {}


def _leads_of(events: Sequence[Event]) -> dict[int, Lead]:
    ids = {event.lead_id for event in events if event.lead_id}
    columns = ("uuid", "organization_id", "advisor_id", "first_name")
    return {lead.pk: lead for lead in Lead.objects.live().filter(pk__in=ids).only(*columns)} if ids else {}


def _managers(organization_ids: Iterable[int]) -> dict[int, list[int]]:
    people = Advisor.objects.filter(
        organization__in=set(organization_ids), role__in=[Role.MANAGER, Role.ADMIN], is_active=True
    )
    found: dict[int, list[int]] = defaultdict(list)
    for organization_id, pk in people.order_by("pk").values_list("organization_id", "pk"):
        found[organization_id].append(pk)
    return found


def _tell(kind: str, events: Sequence[Event], *, or_managers: bool) -> None:
    """Whoever has the lead; where nobody has it, the managers, or nobody."""
    leads = _leads_of(events)
    wanted = [(event, leads[event.lead_id]) for event in events if event.lead_id in leads]
    unowned = {lead.organization_id for _event, lead in wanted if lead.advisor_id is None}
    managers = _managers(unowned) if or_managers and unowned else {}
    file(
        [
            notification(
                kind,
                advisor_id,
                organization_id=lead.organization_id,
                key=str(event.pk),
                now=event.happened_at,
                lead_uuid=lead.uuid,
                data=_named(lead),
            )
            for event, lead in wanted
            for advisor_id in ([lead.advisor_id] if lead.advisor_id else managers.get(lead.organization_id, ()))
            if not _is(event.actor_kind, event.actor_id, advisor_id)
        ]
    )


@listen("message.received")
def tell_of_a_reply(events: Sequence[Event]) -> None:
    _tell("reply", events, or_managers=False)


@listen("document.received")
def tell_of_a_document(events: Sequence[Event]) -> None:
    _tell("document", [event for event in events if event.actor_kind == ActorKind.BORROWER], or_managers=False)


@listen("conversation.handoff_requested")
def tell_of_a_handoff(events: Sequence[Event]) -> None:
    _tell("handoff", events, or_managers=True)


@listen("message.awaits_approval")
def tell_of_a_draft(events: Sequence[Event]) -> None:
    _tell("draft", events, or_managers=True)


@listen("message.dead")
@listen("message.needs_review")
def tell_of_trouble(events: Sequence[Event]) -> None:
    _tell("trouble", events, or_managers=True)


@listen("contact.suspected_opt_out")
def tell_of_a_suspicion(events: Sequence[Event]) -> None:
    _tell("opt_out", events, or_managers=True)


@listen("lead.assigned")
def tell_of_an_assignment(events: Sequence[Event]) -> None:
    """Also those who could have claimed it, of whoever has it now."""
    theirs: dict[int, list[Event]] = defaultdict(list)
    for event in events:
        advisor_id = event.data.get("advisor_id")
        if advisor_id and event.lead_id and not _is(event.actor_kind, event.actor_id, advisor_id):
            theirs[advisor_id].append(event)
    leads = _leads_of([event for given in theirs.values() if len(given) <= _ONE_BY_ONE for event in given])
    rows = []
    for advisor_id, given in theirs.items():
        about: dict[str, Any] = {"organization_id": given[0].organization_id, "now": given[0].happened_at}
        if len(given) > _ONE_BY_ONE:
            data = {"number": len(given)}
            rows.append(notification("assigned", advisor_id, key=str(given[0].pk), data=data, **about))
            continue
        for event in given:
            if lead := leads.get(event.lead_id or 0):
                told: dict[str, Any] = {"lead_uuid": lead.uuid, "data": _named(lead)}
                rows.append(notification("assigned", advisor_id, key=str(event.pk), **told, **about))
    file(rows)


@listen("lead.offered")
def tell_of_an_offer(events: Sequence[Event]) -> None:
    leads = _leads_of(events)
    file(
        [
            notification(
                "offered",
                advisor_id,
                organization_id=event.organization_id,
                key=event.data["offer"],
                now=event.happened_at,
                lead_uuid=leads[event.lead_id].uuid,
                data=_named(leads[event.lead_id]),
            )
            for event in events
            if event.lead_id in leads
            for advisor_id in event.data["advisor_ids"]
        ]
    )


@listen("lead.assigned")
def tell_that_it_was_claimed(events: Sequence[Event]) -> None:
    """Those who were slower need not press any more."""
    for event in events:
        if (event.data.get("because") or {}).get("outcome") == "claimed":
            offer = Offer.objects.filter(lead=event.lead_id, state=OfferState.TAKEN).order_by("-pk").first()
            if offer is None:
                continue
            theirs = Notification.objects.filter(organization=event.organization_id, key=f"offered:{offer.uuid}")
            theirs.update(data={"taken_by": event.data["advisor"]}, read_at=event.happened_at)


@listen("lead.created")
@listen("lead.offer_expired")
def tell_managers_of_leads_without_anybody(events: Sequence[Event]) -> None:
    """Where rules fitted, but had nobody."""
    lost = [event for event in events if (event.data.get("because") or {}).get("outcome") == "nobody"]
    if not lost:
        return
    leads, managers = _leads_of(lost), _managers(event.organization_id for event in lost)
    theirs: dict[int, list[Event]] = defaultdict(list)
    for event in lost:
        theirs[event.organization_id].append(event)
    rows = []
    for organization_id, given in theirs.items():
        told: list[tuple[str, dict[str, Any]]] = [
            (str(event.pk), {"lead_uuid": leads[event.lead_id].uuid, "data": _named(leads[event.lead_id])})
            for event in given
            if event.lead_id in leads
        ]
        if len(given) > _ONE_BY_ONE:
            told = [(str(given[0].pk), {"data": {"number": len(given)}})]
        about: dict[str, Any] = {"organization_id": organization_id, "now": given[0].happened_at}
        rows += [
            notification("unassigned", pk, key=key, **what, **about)
            for pk in managers.get(organization_id, ())
            for key, what in told
        ]
    file(rows)


@listen("webhook.switched_off")
def tell_managers_of_a_webhook(events: Sequence[Event]) -> None:
    """One that failed, not one that somebody switched off; a partner's is nothing that its accounts could mend."""
    events = [event for event in events if event.actor_kind == ActorKind.SYSTEM and not event.data.get("is_partners")]
    managers = _managers(event.organization_id for event in events) if events else {}
    file(
        [
            notification(
                "webhook",
                advisor_id,
                organization_id=event.organization_id,
                key=str(event.pk),
                now=event.happened_at,
                data={"endpoint": event.data["endpoint"], "reason": event.data["reason"]},
            )
            for event in events
            for advisor_id in managers.get(event.organization_id, ())
        ]
    )


@listen("leads.bulk_finished")
def tell_of_a_job(events: Sequence[Event]) -> None:
    file(
        [
            notification(
                "job",
                event.actor_id,
                organization_id=event.organization_id,
                key=event.data["job"],
                now=event.happened_at,
                data={"title": event.data["title"], "job": event.data["job"]},
            )
            for event in events
            if event.actor_kind == ActorKind.ADVISOR and event.actor_id
        ]
    )


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
            data=_named(task.lead),
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
