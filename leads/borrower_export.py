"""A copy of all that is held about a borrower: a ZIP of data.json and files, made by a worker, gone after a week."""

from __future__ import annotations

import datetime as dt
import json
import logging
import tempfile
import zipfile
from collections.abc import Iterator
from functools import partial
from typing import IO, Any

from django.core.files.storage import default_storage
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone

from crm import events
from crm.models import Actor, Advisor, Event
from crm.sealing import Unopened
from crm.tasks import HOUSEKEEPING, ring
from leads import stored_files
from leads.borrowers import Borrower, borrower_of
from leads.errors import DomainError
from leads.models import (
    BorrowerExport,
    Call,
    ChecklistItem,
    Consent,
    ContactDecision,
    Conversation,
    Document,
    DoNotCall,
    ExportState,
    Generation,
    Lead,
    LegalHold,
    Message,
    Note,
    Recording,
    Task,
    UploadLink,
)

KEPT_FOR = dt.timedelta(days=7)
#: A worker that has not come back by then has died.
_LEASE = dt.timedelta(minutes=10)
#: Of no meaning to the borrower: how rows are found, and what opens something.
_LEFT_OUT = {"organization_id", "lease", "leased_until", "search_text", "position", "version", "token"}

log = logging.getLogger(__name__)


@transaction.atomic
def ask(lead: Lead, *, by_advisor: Advisor, now: dt.datetime) -> BorrowerExport:
    """A worker makes the copy; that it was asked for is on record. Raises InvalidValue, see borrower_of."""
    borrower_of(lead)
    export = BorrowerExport.objects.create(
        organization_id=lead.organization_id,
        lead=lead,
        advisor=by_advisor,
        created_at=now,
        expires_at=now + KEPT_FOR,
    )
    _record("borrower.exported", export, by_advisor, now)
    transaction.on_commit(partial(ring, HOUSEKEEPING), robust=True)
    return export


def opened(export: BorrowerExport, *, by_advisor: Advisor, now: dt.datetime) -> IO[bytes]:
    """The file; that somebody took it is on record. Raises OSError when it is gone."""
    file: IO[bytes] = default_storage.open(export.file, "rb")
    _record("borrower.export_taken", export, by_advisor, now)
    return file


def build_waiting() -> int:
    """Make the copies that were asked for, and forget those that have expired; how many were made."""
    now = timezone.now()
    BorrowerExport.objects.filter(expires_at__lte=now).delete()
    unclaimed = Q(claimed_at=None) | Q(claimed_at__lt=now - _LEASE)
    waiting = BorrowerExport.objects.filter(unclaimed, state=ExportState.WAITING).order_by("pk")
    return sum(_build(export, now) for export in waiting.select_related("lead__organization")[:20])


def _build(export: BorrowerExport, now: dt.datetime) -> int:
    mine = BorrowerExport.objects.filter(pk=export.pk, state=ExportState.WAITING, claimed_at=export.claimed_at)
    if not mine.update(claimed_at=now):
        return 0
    held = BorrowerExport.objects.filter(pk=export.pk, claimed_at=now)
    try:
        with tempfile.TemporaryFile() as file:
            write(borrower_of(export.lead), file)
            size = file.tell()
            file.seek(0)
            name = stored_files.put(file, suffix="zip", now=now, folder="exports", grace=KEPT_FOR)
    except (DomainError, OSError):
        log.exception("borrower export %s", export.uuid)
        held.update(state=ExportState.FAILED)
        return 0
    if not held.update(state=ExportState.READY, file=name, size=size):
        stored_files.hasten(name, now=now)  # the borrower was erased meanwhile
        return 0
    return 1


def write(borrower: Borrower, file: IO[bytes]) -> None:
    """The ZIP; a row at a time, so that a long conversation needs no more memory than a short one."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open("data.json", "w", force_zip64=True) as data:
            data.write(b"{\n")
            for place, (name, rows) in enumerate(held_of(borrower)):
                data.write(f"{',\n' if place else ''}{json.dumps(name)}: [".encode())
                for number, row in enumerate(_plain(rows)):
                    data.write((",\n " if number else "\n ").encode() + row)
                data.write(b"]")
            data.write(b"\n}\n")
        for name, stored in _files(borrower):
            _add(archive, name, stored)


def held_of(borrower: Borrower) -> list[tuple[str, models.QuerySet[Any]]]:
    """Every table that holds something of theirs, by the name that the copy has for it."""
    ids, organization = borrower.lead_ids, borrower.organization
    talks = [conversation.pk for conversation in borrower.conversations()]
    at = {"organization": organization, "address__in": borrower.addresses}
    return [
        ("leads", Lead.objects.filter(pk__in=ids)),
        ("conversations", Conversation.objects.filter(pk__in=talks)),
        ("messages", Message.objects.filter(Q(conversation__in=talks) | Q(lead__in=ids), organization=organization)),
        ("drafts_and_summaries", Generation.objects.filter(conversation__in=talks)),
        ("calls", Call.objects.filter(lead__in=ids)),
        ("recordings", Recording.objects.filter(call__lead__in=ids)),
        ("notes", Note.objects.filter(lead__in=ids)),
        ("tasks", Task.objects.filter(lead__in=ids)),
        ("checklist", ChecklistItem.objects.filter(lead__in=ids)),
        ("documents", Document.objects.filter(lead__in=ids)),
        ("upload_links", UploadLink.objects.filter(lead__in=ids)),
        ("consents", Consent.objects.filter(**at)),
        ("do_not_call", DoNotCall.objects.filter(**at)),
        ("refusals", ContactDecision.objects.filter(Q(lead__in=ids) | Q(**at))),
        ("legal_holds", LegalHold.objects.filter(lead__in=ids)),
        ("events", Event.objects.filter(organization=organization, lead_id__in=ids)),
    ]


def _plain(rows: models.QuerySet[Any]) -> Iterator[bytes]:
    for row in rows.order_by("pk").values().iterator(chunk_size=500):
        said = {name: value for name, value in row.items() if name not in _LEFT_OUT and value not in (None, "")}
        yield json.dumps(said, cls=DjangoJSONEncoder, ensure_ascii=False).encode()


def _files(borrower: Borrower) -> Iterator[tuple[str, str]]:
    for document in Document.objects.filter(lead__in=borrower.lead_ids).order_by("pk"):
        yield f"documents/{document.pk}-{document.name}".replace("\\", "_").replace("..", "_"), str(document.file)
    for recording in Recording.objects.filter(call__lead__in=borrower.lead_ids).order_by("pk"):
        yield f"recordings/{recording.pk}.{str(recording.file).rpartition('.')[2]}", str(recording.file)


def _add(archive: zipfile.ZipFile, name: str, stored: str) -> None:
    try:
        with default_storage.open(stored, "rb") as source, archive.open(name, "w", force_zip64=True) as target:
            while piece := source.read(1 << 20):
                target.write(piece)
    except (FileNotFoundError, Unopened):
        archive.writestr(f"{name}.missing.txt", "This file could not be found or opened.")


def _record(name: str, export: BorrowerExport, by: Advisor, now: dt.datetime) -> None:
    events.record(
        name,
        organization=export.organization_id,
        lead_id=export.lead_id,
        by=Actor.advisor(by),
        now=now,
        export=str(export.uuid),
    )
