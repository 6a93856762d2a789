"""What is still needed of a borrower: the organisation's requirements and the lead's own items, put together."""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connections, router, transaction
from django.utils.translation import gettext as _

from crm import events
from crm.models import Actor, Organization
from crm.statements import adapted, among
from leads import contact
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
    def key(self) -> str:
        """What addresses and forms call it."""
        return f"asked-{self.row.pk}" if self.row and self.requirement_id is None else f"required-{self.requirement_id}"

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
    return items_of_all([lead])[lead.pk]


def items_of_all(leads: Collection[Lead]) -> dict[int, list[Item]]:
    """The same for many leads, by their id. Two statements."""
    organizations = {lead.organization_id for lead in leads}
    rows: dict[int | None, list[ChecklistItem]] = defaultdict(list)
    theirs = ChecklistItem.objects.filter(organization__in=organizations, lead__in=[lead.pk for lead in leads])
    for row in theirs.order_by("pk"):
        rows[row.lead_id].append(row)
    required: dict[int, list[Requirement]] = defaultdict(list)
    in_use = Requirement.objects.filter(organization__in=organizations, is_active=True)
    for requirement in in_use.order_by("position", "pk"):
        required[requirement.organization_id].append(requirement)
    return {lead.pk: _items(required[lead.organization_id], rows[lead.pk]) for lead in leads}


def _items(required: Iterable[Requirement], rows: Iterable[ChecklistItem]) -> list[Item]:
    by_requirement = {row.requirement_id: row for row in rows if row.requirement_id}
    items = [
        _item(requirement, by_requirement[requirement.pk])
        if requirement.pk in by_requirement
        else Item(requirement.name, requirement.kind, ItemStatus.PENDING, requirement_id=requirement.pk)
        for requirement in required
    ]
    return items + [_item(row, row) for row in rows if row.requirement_id is None]


def item_named(lead: Lead, key: str) -> Item | None:
    """The item of the lead's checklist that goes by this key."""
    return next((item for item in items_of(lead) if item.key == key), None)


def _item(named: Requirement | ChecklistItem, row: ChecklistItem) -> Item:
    """What was collected under the name that it has now."""
    return Item(named.name, named.kind, row.status, row.value, row.collected_at, row.requirement_id, row)


def progress_of(organization: Organization, lead_ids: Collection[int]) -> dict[int, Progress]:
    """How far each lead's checklist has come, for a whole page of leads. One statement."""
    if not lead_ids:
        return {}
    connection = connections[router.db_for_read(ChecklistItem)]
    with connection.cursor() as cursor:
        wanted = adapted(list(lead_ids), connection)
        cursor.execute(_PROGRESS.format(among=among(connection)), [organization.pk, organization.pk, wanted])
        counts = {lead_id: (done, own) for lead_id, done, own in cursor.fetchall()}
    required = counts.pop(None)[1]
    return {
        lead_id: Progress(done, required + own)
        for lead_id, (done, own) in ((lead_id, counts.get(lead_id, (0, 0))) for lead_id in lead_ids)
    }


# Written out because a list of leads is read far more often than anything else, and the query compiler takes longer
# than the database. The row without a lead says how many requirements there are.
_PROGRESS = """
SELECT NULL, 0, COUNT(*) FROM leads_requirement WHERE organization_id = %s AND is_active
UNION ALL
SELECT item.lead_id,
    SUM(CASE WHEN item.status = 'completed' THEN 1 ELSE 0 END),
    SUM(CASE WHEN item.requirement_id IS NULL THEN 1 ELSE 0 END)
FROM leads_checklistitem item LEFT JOIN leads_requirement requirement ON requirement.id = item.requirement_id
WHERE item.organization_id = %s AND item.lead_id {among}
    AND (item.requirement_id IS NULL OR requirement.is_active)
GROUP BY item.lead_id
"""


def wrong_with(kind: ItemKind | str, value: str) -> str:
    """What is wrong with a value that somebody typed for an item of this kind; "" when nothing is."""
    match kind:
        case ItemKind.EMAIL if not contact.is_email(value):
            return _("This is not an e-mail address.")
        case ItemKind.PHONE if contact.e164(value) is None:
            return _("This is not a phone number that can be dialled.")
        case ItemKind.NUMBER if _NUMBER.match(value) is None:
            return _("Write a number, such as 85000 or 85000.50.")
        case ItemKind.DATE:
            try:
                dt.date.fromisoformat(value)
            except ValueError:
                return _("Write a date as YYYY-MM-DD.")
    return ""


_NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,6})?\Z", re.ASCII)


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


def row_of(lead: Lead, item: Item, *, now: dt.datetime) -> ChecklistItem:
    """The item's row, made when it is a requirement that nobody has touched yet."""
    if item.row is not None:
        return item.row
    row, _is_new = ChecklistItem.objects.get_or_create(
        organization_id=lead.organization_id,
        lead=lead,
        requirement_id=item.requirement_id,  # type: ignore[misc]  # an item without a row has one
        defaults={"name": item.name, "kind": item.kind, "created_at": now},
    )
    return row


@transaction.atomic
def settle(
    lead: Lead, item: Item, *, status: ItemStatus | str, value: str = "", by: Actor, now: dt.datetime
) -> ChecklistItem:
    """
    Mark an item completed (with what was collected) or pending again.

    The last one that was missing completes the checklist, which is a fact of its own; the lead is held, so that of two
    who bring the last two items at once exactly one does.
    """
    Lead.objects.select_for_update().filter(pk=lead.pk).first()
    is_done = status == ItemStatus.COMPLETED
    which: dict[str, Any] = {"pk": item.row.pk} if item.row else {"requirement_id": item.requirement_id}
    was_done = ChecklistItem.objects.filter(lead=lead, status=ItemStatus.COMPLETED, **which).exists()
    settled = {"status": status, "value": value, "collected_at": now if is_done else None}
    row, _is_new = ChecklistItem.objects.update_or_create(
        organization_id=lead.organization_id,
        lead=lead,
        **which,
        defaults=settled,
        create_defaults={"name": item.name, "kind": item.kind, "created_at": now, **settled},
    )
    about: dict[str, Any] = {"organization": lead.organization_id, "lead_id": lead.pk, "by": by, "now": now}
    events.record("checklist.item_collected" if is_done else "checklist.item_reopened", **about, item=item.name)
    if is_done and not was_done and not progress_of(lead.organization, [lead.pk])[lead.pk].missing:
        events.record("checklist.completed", **about)
    return row
