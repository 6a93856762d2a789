"""What is still needed of a borrower: the organisation's requirements and the lead's own items, put together."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count, Q

from crm import events
from crm.models import Actor, Organization
from leads.models import ChecklistItem, ItemKind, ItemStatus, Lead, Requirement


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a checklist; row is its ChecklistItem when there is one already."""

    name: str
    kind: str
    status: str
    value: str = ""
    collected_at: dt.datetime | None = None
    requirement_id: int | None = None
    row: ChecklistItem | None = None

    @property
    def is_done(self) -> bool:
        return self.status == ItemStatus.COMPLETED


@dataclass(frozen=True, slots=True)
class Progress:
    done: int
    total: int

    @property
    def missing(self) -> int:
        return self.total - self.done

    @property
    def ratio(self) -> float:
        return self.done / self.total if self.total else 0.0


def items_of(lead: Lead) -> list[Item]:
    """The lead's checklist in order: requirements first, then what was asked of this lead alone. Two statements."""
    rows = list(ChecklistItem.objects.filter(organization_id=lead.organization_id, lead=lead).order_by("pk"))
    by_requirement = {row.requirement_id: row for row in rows if row.requirement_id}
    required = Requirement.objects.filter(organization_id=lead.organization_id, is_active=True)
    items = [
        _item(by_requirement[requirement.pk])
        if requirement.pk in by_requirement
        else Item(requirement.name, requirement.kind, ItemStatus.PENDING, requirement_id=requirement.pk)
        for requirement in required.order_by("position", "pk")
    ]
    return items + [_item(row) for row in rows if row.requirement_id is None]


def _item(row: ChecklistItem) -> Item:
    return Item(row.name, row.kind, row.status, row.value, row.collected_at, row.requirement_id, row)


def progress_of(organization: Organization, lead_ids: Collection[int]) -> dict[int, Progress]:
    """How far each lead's checklist has come, for a whole page of leads. Two statements."""
    required = Requirement.objects.filter(organization=organization, is_active=True).count()
    counts = (
        ChecklistItem.objects.filter(organization=organization, lead_id__in=lead_ids)
        .filter(Q(requirement=None) | Q(requirement__is_active=True))
        .values("lead_id")
        .annotate(
            done=Count("pk", filter=Q(status=ItemStatus.COMPLETED)),
            own=Count("pk", filter=Q(requirement=None)),
        )
        .values_list("lead_id", "done", "own")
    )
    known = {lead_id: Progress(done, required + own) for lead_id, done, own in counts}
    return {lead_id: known.get(lead_id, Progress(0, required)) for lead_id in lead_ids}


def ask(
    lead: Lead, *, name: str, kind: ItemKind | str = ItemKind.DOCUMENT, by: Actor, now: dt.datetime
) -> ChecklistItem:
    """Ask this lead alone for something."""
    item = ChecklistItem.objects.create(
        organization_id=lead.organization_id, lead=lead, name=name[:255], kind=kind, created_at=now
    )
    events.record(
        "checklist.item_asked", organization=lead.organization_id, lead_id=lead.pk, by=by, now=now, item=item.name
    )
    return item


@transaction.atomic
def settle(
    lead: Lead, item: Item, *, status: ItemStatus | str, value: str = "", by: Actor, now: dt.datetime
) -> ChecklistItem:
    """Mark an item completed (with what was collected) or pending again."""
    is_done = status == ItemStatus.COMPLETED
    row, _ = ChecklistItem.objects.update_or_create(
        organization_id=lead.organization_id,
        lead=lead,
        **({"pk": item.row.pk} if item.row else {"requirement_id": item.requirement_id}),
        defaults={"status": status, "value": value, "collected_at": now if is_done else None},
        create_defaults={
            "name": item.name,
            "kind": item.kind,
            "status": status,
            "value": value,
            "collected_at": now if is_done else None,
            "created_at": now,
        },
    )
    name = "checklist.item_collected" if is_done else "checklist.item_reopened"
    events.record(name, organization=lead.organization_id, lead_id=lead.pk, by=by, now=now, item=row.name)
    return row
