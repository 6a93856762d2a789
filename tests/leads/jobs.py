"""Jobs over many leads, done and undone."""

from __future__ import annotations

import datetime as dt

from crm.models import Actor, Advisor
from leads import bulk_jobs
from leads.models import BulkJob, BulkRow, JobState


def undone(job: BulkJob, by: Advisor) -> BulkJob:
    bulk_jobs.undo(job, by=Actor.advisor(by), now=dt.datetime.now(dt.UTC))
    bulk_jobs.work()
    job.refresh_from_db()
    assert job.state == JobState.UNDONE
    return job


def reasons(job: BulkJob) -> list[str]:
    """Of its rows, in order."""
    return list(BulkRow.objects.filter(job=job).order_by("number").values_list("reason", flat=True))
