"""What hangs on a lead and goes with it when it is merged, and back when that is undone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Model

from crm.models import Event
from leads.models import (
    Call,
    ChecklistItem,
    ContactDecision,
    Document,
    HopperEntry,
    ItemStatus,
    Lead,
    LeadTag,
    Message,
    Note,
    Offer,
    Task,
    UploadLink,
)

#: Rows, by relation, as they are kept in Merge.rows.
type Rows = dict[str, Any]

#: Moved as they are: the model, and the column that names the lead. History is the person's, whichever lead it was of.
_HISTORY: dict[str, tuple[type[Model], str]] = {
    "messages": (Message, "lead_id"),
    "calls": (Call, "lead_id"),
    "notes": (Note, "lead_id"),
    "tasks": (Task, "lead_id"),
    "decisions": (ContactDecision, "lead_id"),
    "links": (UploadLink, "lead_id"),
    "documents": (Document, "lead_id"),
    "facts": (Event, "lead_id"),
}
#: Relations that other functions of this package and of sequences look after, or that are of the moment and stay.
LOOKED_AFTER = {
    *(model for model, _column in _HISTORY.values()),
    ChecklistItem,
    HopperEntry,
    LeadTag,
    Offer,
}
_ANSWER = ("status", "value", "collected_at")


def move(gone: Lead, kept: Lead) -> Rows:
    """Everything that hangs on the one hangs on the other; what that was, for Merge.rows."""
    rows: Rows = {name: _moved(model, column, gone, kept) for name, (model, column) in _HISTORY.items()}
    rows |= _move_checklist(gone, kept)
    rows["tags"] = _add_tags(gone, kept)
    rows["hopper"] = (
        [] if HopperEntry.objects.filter(lead=kept).exists() else _moved(HopperEntry, "lead_id", gone, kept)
    )
    return rows


def move_back(rows: Rows, gone: Lead, kept: Lead) -> None:
    """What move() moved, as far as it is still there."""
    _move_checklist_back(rows, gone, kept)
    moved: dict[str, tuple[type[Model], str]] = {**_HISTORY, "hopper": (HopperEntry, "lead_id")}
    for name, (model, column) in moved.items():
        _manager(model).filter(pk__in=rows.get(name, []), **{column: kept.pk}).update(**{column: gone.pk})
    kept.lead_tags.filter(tag_id__in=rows.get("tags", [])).delete()


def _moved(model: type[Model], column: str, gone: Lead, kept: Lead) -> list[int]:
    rows = _manager(model).filter(organization_id=kept.organization_id, **{column: gone.pk})
    ids = list(rows.order_by("pk").values_list("pk", flat=True))
    if ids:
        rows.filter(pk__in=ids).update(**{column: kept.pk})
    return ids


def _manager(model: type[Model]) -> Any:
    return model._default_manager


def _add_tags(gone: Lead, kept: Lead) -> list[int]:
    known = set(kept.lead_tags.values_list("tag_id", flat=True))
    new = [tag for tag in gone.lead_tags.order_by("pk").values_list("tag_id", flat=True) if tag not in known]
    LeadTag.objects.bulk_create(LeadTag(lead=kept, tag_id=tag) for tag in new)
    return new


def _move_checklist(gone: Lead, kept: Lead) -> Rows:
    """
    Items asked of the one alone move. Where both have an answer to the same requirement, a finished one wins, and the
    papers of both hang on it.
    """
    own = {item.requirement_id: item for item in kept.checklist_items.exclude(requirement=None)}
    moved: list[int] = []
    answers: dict[str, Any] = {}
    papers: dict[str, Any] = {}
    for item in gone.checklist_items.order_by("pk"):
        twin = own.get(item.requirement_id) if item.requirement_id else None
        if twin is None:
            moved.append(item.pk)
            continue
        if item.status == ItemStatus.COMPLETED and twin.status != ItemStatus.COMPLETED:
            answers[str(twin.pk)] = [_answer_of(twin), _answer_of(item)]
            _give_answer(twin, _answer_of(item))
        for document in item.documents.all():
            papers[str(document.pk)] = [item.pk, twin.pk]
        item.documents.update(item=twin)
    ChecklistItem.objects.filter(pk__in=moved).update(lead=kept)
    return {"items": moved, "answers": answers, "papers": papers}


def _move_checklist_back(rows: Rows, gone: Lead, kept: Lead) -> None:
    for document, (before, after) in rows.get("papers", {}).items():
        Document.objects.filter(pk=document, lead=kept, item=after).update(item=before)
    for item, (before, after) in rows.get("answers", {}).items():
        twin = ChecklistItem.objects.filter(pk=item, lead=kept).first()
        if twin is not None and _answer_of(twin) == after:
            _give_answer(twin, before)
    items = rows.get("items", [])
    ChecklistItem.objects.filter(pk__in=items, lead=kept).update(lead=gone)
    # What came in for these since then goes with them.
    Document.objects.filter(item__in=items, item__lead=gone, lead=kept).update(lead=gone)


def _answer_of(item: ChecklistItem) -> Sequence[str | None]:
    return [item.status, item.value, item.collected_at.isoformat() if item.collected_at else None]


def _give_answer(item: ChecklistItem, answer: Sequence[str | None]) -> None:
    for column, value in zip(_ANSWER, answer, strict=True):
        field: Any = ChecklistItem._meta.get_field(column)
        setattr(item, column, field.to_python(value))
    item.save(update_fields=_ANSWER)
