"""From a file somebody chose to a job: look at it, say what its columns are, try it out, begin, or let it go."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import IO

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from crm.models import Advisor
from leads import bulk_preparing, stored_files
from leads.errors import Changed
from leads.importing import opening, plans
from leads.importing.action import ImportLeads
from leads.importing.plans import Plan
from leads.importing.tables import MOST_BYTES, MOST_ROWS, Unreadable
from leads.importing.taking_down import Blanks, too_many
from leads.models import DRAFT_FOR, BulkJob, ImportKey, JobState, LeadImport
from leads.uploads import tidy_name

SAMPLE = 6
_PREPARED = (JobState.DRAFT, JobState.CHECKING)


def receive(advisor: Advisor, upload: UploadedFile, *, now: dt.datetime) -> BulkJob:
    """
    Look all through the file, and keep it until its columns are known.

    Raises Unreadable with words for whoever chose it. Nothing is written about leads.
    """
    name = tidy_name(upload.name or "")
    if not upload.size:
        raise Unreadable(_("This file is empty."))
    if upload.size > MOST_BYTES:
        raise Unreadable(_("This file is larger than %(most)s MB.") % {"most": MOST_BYTES // 1_000_000})
    file, total = _looked_through(upload, name)
    upload.seek(0)
    file.stored = stored_files.put(
        upload, suffix=name.rpartition(".")[2].lower(), now=now, folder="imports", grace=DRAFT_FOR
    )
    organization = advisor.organization
    targets = plans.suggested(organization, file.headings, plans.own_names(organization))
    with transaction.atomic():
        file.job = BulkJob.objects.create(
            organization_id=advisor.organization_id,
            advisor=advisor,
            actor_label=advisor.name[:255],
            kind=ImportLeads.kind,
            title=f"Import {name}"[:255],
            options=Plan(targets).options(),
            state=JobState.DRAFT,
            total=total,
            created_at=now,
        )
        file.save(force_insert=True)
    return file.job


def _looked_through(upload: IO[bytes], name: str) -> tuple[LeadImport, int]:
    table = opening.opened(upload, name)
    blank, total, sample = Blanks(), 0, []
    for number, cells in table.rows:
        if not blank.passes(cells):
            continue
        total += 1
        if total > MOST_ROWS:
            raise Unreadable(too_many())
        if total <= SAMPLE:
            sample.append([number, *cells])
    if not total:
        raise Unreadable(_("There is no row below the headings."))
    file = LeadImport(
        name=name, headings=table.headings, sample=sample, blank_rows=blank.between, sheet=table.sheet[:100]
    )
    return file, total


@transaction.atomic
def plan(job: BulkJob, plan: Plan, *, by: Advisor, now: dt.datetime) -> None:
    """Say what the columns are, and have it tried out. Raises Changed when it has begun."""
    held = _held(job)
    held.options = plan.options()
    LeadImport.objects.filter(job=held).update(is_checked=True, trouble="", created=0, updated=0)
    ImportKey.objects.filter(job=held).delete()
    plans.remember(by, held.file.headings, plan.targets, now=now)
    bulk_preparing.try_out(held)


@transaction.atomic
def begin(job: BulkJob, *, now: dt.datetime) -> None:
    """Raises Changed when it has not been tried out, or somebody has begun it."""
    held = _held(job)
    if held.state != JobState.DRAFT or not held.file.is_checked or not held.file.is_read:
        raise Changed(_("First say what the columns are, and look at what would happen."))
    LeadImport.objects.filter(job=held).update(created=0, updated=0)
    ImportKey.objects.filter(job=held).delete()
    bulk_preparing.release(held, now=now)


@transaction.atomic
def discard(job: BulkJob, *, now: dt.datetime) -> None:
    """A file that was not brought in goes. Raises Changed when it has begun."""
    held = _held(job)
    stored_files.hasten(held.file.stored, now=now)
    held.delete()


def _held(job: BulkJob) -> BulkJob:
    prepared = BulkJob.objects.select_for_update(no_key=True).filter(pk=job.pk, state__in=_PREPARED)
    held = prepared.first()
    if held is None:
        raise Changed(_("This import has begun already."))
    return held


def columns_of(file: LeadImport) -> list[tuple[str, list[str]]]:
    """Each heading with what stands below it in the first rows."""
    below = itertools.zip_longest(*(cells for _number, *cells in file.sample), fillvalue="")
    samples = [[cell for cell in column if cell] for column in below]
    return [(heading, samples[place] if place < len(samples) else []) for place, heading in enumerate(file.headings)]
