"""Where a borrower is named outside of their own rows: saved searches, files that were brought in, exports."""

from __future__ import annotations

import datetime as dt
import json
import zipfile
from collections.abc import Iterator
from typing import Any

from django.core.files.storage import default_storage
from django.db.models import Q, QuerySet

from crm.auditing.sources import ERASED
from crm.models import Event
from leads import stored_files
from leads.borrowers import Borrower, Words
from leads.models import BulkJob, BulkRow, ImportKey, JobState, LeadImport, SavedView

_ROW = "The borrower of this row was erased."


def erase(borrower: Borrower, now: dt.datetime) -> None:
    words = borrower.words()
    organization = borrower.organization
    alone = Event.objects.filter(organization=organization, lead_id=None)
    Event.objects.filter(pk__in=_among(alone, ["data"], words)).update(data=ERASED)
    rows = BulkRow.objects.filter(job__organization=organization, given__isnull=False)
    found = _among(rows, ["given", "reason", "before"], words)
    BulkRow.objects.filter(pk__in=found).update(given=[], before=None, reason=_ROW)
    ImportKey.objects.filter(job__organization=organization, key__in=_keys(borrower)).delete()
    views = SavedView.objects.filter(organization=organization)
    SavedView.objects.filter(pk__in=_among(views, ["query", "name"], words)).delete()
    jobs = BulkJob.objects.filter(organization=organization)
    BulkJob.objects.filter(pk__in=_among(jobs, ["query", "title"], words)).update(query="", title="Erased")
    _erase_files(borrower, words, now)


def _among(rows: QuerySet[Any], columns: list[str], words: Words) -> list[Any]:
    """The ids of those rows in whose columns the words are; the database leaves out most of the others."""
    likely = Q()
    for column in columns:
        for text in words.texts:
            likely |= Q(**{f"{column}__icontains": text}) | Q(**{f"{column}__icontains": json.dumps(text)[1:-1]})
        for digits in words.digits:
            likely |= Q(**{f"{column}__icontains": digits[-4:]})
    if not likely:
        return []
    said = rows.filter(likely).values_list("pk", *columns).iterator(chunk_size=1000)
    return [pk for pk, *texts in said if any(_says(text, words) for text in texts)]


def _says(value: Any, words: Words) -> bool:
    """Cell by cell, so that the end of one number and the beginning of the next are not taken for a third."""
    if isinstance(value, dict):
        return any(_says(each, words) for each in value.values())
    if isinstance(value, list):
        return any(_says(each, words) for each in value)
    return words.are_in(str(value)) if value else False


def _keys(borrower: Borrower) -> list[str]:
    """As leads/importing/foreseeing.py writes them down."""
    return [*borrower.addresses, *(f"id:{lead.external_id}" for lead in borrower.leads if lead.external_id)]


def _erase_files(borrower: Borrower, words: Words, now: dt.datetime) -> None:
    """Rows of files that are shown as examples; a file that still waits goes whole when it names the borrower."""
    files = LeadImport.objects.filter(job__organization=borrower.organization).select_related("job")
    for file in files:
        if _says(file.sample, words):
            file.sample = [row for row in file.sample if not _says(row, words)]
            file.save(update_fields=["sample"])
        if file.stored and any(words.are_in(line) for line in _lines(file.stored)):
            stored_files.hasten(file.stored, now=now)
            if file.job.state in (JobState.DRAFT, JobState.CHECKING):
                file.job.delete()


def _lines(name: str) -> Iterator[str]:
    """The texts in a file: its lines, or what stands between the marks of a workbook."""
    try:
        with default_storage.open(name, "rb") as file:
            if not zipfile.is_zipfile(file):
                file.seek(0)
                yield from (line.decode("utf-8", "replace") for line in file)
                return
            with zipfile.ZipFile(file) as book:
                for part in book.namelist():
                    if part.endswith(".xml"):
                        yield from book.read(part).decode("utf-8", "replace").split("<")
    except (OSError, zipfile.BadZipFile):
        return
