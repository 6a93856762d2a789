"""Papers about a lead: hand in, replace, remove, look at."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from crm import events
from crm.models import Actor, Advisor
from leads import checklists, stored_files
from leads.checklists import Item
from leads.errors import Changed
from leads.models import Document, ItemStatus, Lead, UploadLink
from leads.uploads import Clean, UploadRefused, cleaned

#: More than any loan file has; keeps one borrower from filling the disk.
MOST_OF_LEAD = 300


def hand_in(
    lead: Lead,
    upload: UploadedFile,
    *,
    item: Item | None = None,
    by: Actor,
    now: dt.datetime,
    by_advisor: Advisor | None = None,
    link: UploadLink | None = None,
    instead_of: Document | None = None,
) -> Document:
    """
    Keep a file: for an item of the checklist, which it completes, or as any other paper; in another one's place.

    The same file for the same item is kept once. What a borrower hands in is unseen until an advisor has looked at it.
    Raises UploadRefused with words for whoever sent it, and Changed when lead, item or link have gone meanwhile.
    """
    if lead.documents.count() >= MOST_OF_LEAD:
        raise UploadRefused(_("This lead has as many documents as fit. Remove some first."))
    clean = cleaned(upload)
    name = stored_files.put(clean.content, suffix=clean.suffix, now=now)
    with transaction.atomic():
        _hold(lead)
        row = _settled(lead, item, by, now)
        if known := lead.documents.filter(item=row, sha256=clean.sha256).first():
            return known  # the file just stored stays loose, and is swept
        if instead_of is not None and not lead.documents.filter(pk=instead_of.pk).exists():
            raise Changed(_("Somebody has removed that document meanwhile."))
        stored_files.take(name)
        document = Document.objects.create(
            organization_id=lead.organization_id,
            lead=lead,
            item=row,
            link=link,
            file=name,
            uploaded_by=by_advisor,
            uploaded_by_label=by.label[:255],
            uploaded_at=now,
            seen_at=now if by_advisor else None,
            **_described(clean),
        )
        _tell("document.received", document, by, now, item=row.name if row else "")
        if instead_of is not None:
            _take_away([instead_of], by=by, now=now, replaced_by=document.name)
    return document


def remove(document: Document, *, by: Actor, now: dt.datetime) -> None:
    """Gone for good, with its file; an item that has no other document is open again."""
    with transaction.atomic():
        _hold(document.lead)
        if not _take_away([document], by=by, now=now):
            return
        row = document.item
        if row is not None and row.status == ItemStatus.COMPLETED and not row.documents.exists():
            item = next((item for item in checklists.items_of(document.lead) if item.row == row), None)
            if item is not None:
                checklists.settle(document.lead, item, status=ItemStatus.PENDING, by=by, now=now)


@transaction.atomic
def opened(document: Document, *, by: Actor, now: dt.datetime) -> None:
    """An advisor has the file on their screen: that is on record."""
    see([document], now=now)
    _tell("document.viewed", document, by, now)


def see(documents: Iterable[Document], *, now: dt.datetime) -> None:
    """An advisor has looked at them: what the borrower handed in waits for nobody any more."""
    unseen = [document.pk for document in documents if document.seen_at is None]
    if unseen:
        Document.objects.filter(pk__in=unseen, seen_at=None).update(seen_at=now)


def by_item(lead: Lead) -> dict[int | None, list[Document]]:
    """The lead's documents by the row of their item (None: other papers), oldest first. One statement."""
    found: dict[int | None, list[Document]] = {}
    for document in lead.documents.order_by("pk"):
        found.setdefault(document.item_id, []).append(document)
    return found


def waiting_since(lead_ids: Collection[int]) -> dict[int, dt.datetime]:
    """Since when papers of these leads have waited to be looked at; those without are left out. One statement."""
    unseen = Document.objects.filter(lead_id__in=lead_ids, seen_at=None).order_by("-uploaded_at")
    return dict(unseen.values_list("lead_id", "uploaded_at"))


def _hold(lead: Lead) -> None:
    if not Lead.objects.select_for_update(no_key=True).live().filter(pk=lead.pk).exists():
        raise Changed(_("This lead was deleted meanwhile."))


def _settled(lead: Lead, item: Item | None, by: Actor, now: dt.datetime) -> Any:
    """The item's row, completed; an item that is done already stays as it was."""
    if item is None:
        return None
    current = checklists.item_named(lead, item.key)
    if current is None:
        raise Changed(_("This is not asked for any more."))
    if current.is_done and current.row is not None:
        return current.row
    return checklists.settle(lead, current, status=ItemStatus.COMPLETED, value=current.value, by=by, now=now)


def _take_away(gone: list[Document], *, by: Actor, now: dt.datetime, replaced_by: str = "") -> int:
    held = list(Document.objects.select_for_update().filter(pk__in=[document.pk for document in gone]))
    for document in held:
        _tell("document.removed", document, by, now, replaced_by=replaced_by)
    stored_files.let_go([str(document.file) for document in held], now=now)
    return Document.objects.filter(pk__in=[document.pk for document in held]).delete()[0]


def _described(clean: Clean) -> dict[str, Any]:
    return {
        "name": clean.name,
        "content_type": clean.content_type,
        "size": clean.size,
        "sha256": clean.sha256,
    }


def _tell(name: str, document: Document, by: Actor, now: dt.datetime, **more: str) -> None:
    events.record(
        name,
        organization=document.organization_id,
        lead_id=document.lead_id,
        by=by,
        now=now,
        document=str(document.uuid),
        file=document.name,
        sha256=document.sha256,
        **more,
    )
