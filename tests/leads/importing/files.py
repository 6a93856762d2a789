"""A file on its way: received, tried out, begun, done, undone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from crm.models import Advisor
from leads import bulk_jobs
from leads.importing import imports
from leads.importing.plans import Plan
from leads.models import BulkJob, BulkRow, JobState

HEADINGS = ["Company", "Name", "Phone", "E-mail", "Amount", "Tags", "Lead ID"]
MARY = ["Acme", "Mary Doe", "(415) 555-1001", "mary@acme.example", "$85,000", "SBA, Hot", "A-1"]
JOHN = ["Bolt", "John Roe", "415-555-1002", "", "", "", ""]


def csv_of(rows: Sequence[Sequence[str]], headings: Sequence[str] = HEADINGS) -> bytes:
    lines = [",".join(f'"{cell}"' for cell in row) for row in (headings, *rows)]
    return "\n".join(lines).encode()


def received(by: Advisor, content: bytes, name: str = "leads.csv") -> BulkJob:
    return imports.receive(by, SimpleUploadedFile(name, content), now=dt.datetime.now(dt.UTC))


def checked(by: Advisor, rows: Sequence[Sequence[str]], headings: Sequence[str] = HEADINGS, **plan: Any) -> BulkJob:
    job = received(by, csv_of(rows, headings))
    wanted = Plan.of({**job.options, **plan})
    imports.plan(job, wanted, by=by, now=dt.datetime.now(dt.UTC))
    bulk_jobs.work()
    job.refresh_from_db()
    assert (job.state, job.file.trouble) == (JobState.DRAFT, "")
    return BulkJob.objects.select_related("file").get(pk=job.pk)


def begun(job: BulkJob) -> BulkJob:
    imports.begin(job, now=dt.datetime.now(dt.UTC))
    bulk_jobs.work()
    job = BulkJob.objects.select_related("file").get(pk=job.pk)
    assert job.state == JobState.DONE
    return job


def done(by: Advisor, rows: Sequence[Sequence[str]], headings: Sequence[str] = HEADINGS, **plan: Any) -> BulkJob:
    """What was foreseen is what happens, whatever is tried."""
    job = checked(by, rows, headings, **plan)
    foreseen = outcome(job)
    job = begun(job)
    assert outcome(job) == foreseen
    return job


def outcome(job: BulkJob) -> dict[str, Any]:
    rows = BulkRow.objects.filter(job=job).order_by("number")
    assert job.done + job.unchanged + job.refused == job.total == len(rows)
    assert job.file.created + job.file.updated == job.done
    return {
        "figures": (job.file.created, job.file.updated, job.unchanged, job.refused),
        "rows": [(row.number, row.state, row.reason) for row in rows],
    }


def figures(job: BulkJob) -> tuple[int, int, int, int]:
    counts: tuple[int, int, int, int] = outcome(job)["figures"]
    return counts
