"""Jobs that are prepared before they begin: tried out with nothing done, then let go."""

from __future__ import annotations

import datetime as dt

from leads import bulk_jobs
from leads.models import BulkJob, BulkRow, JobState, RowState


def try_out(job: BulkJob) -> None:
    """Let the workers find out what would become of its rows; the caller holds the job."""
    _begin_anew(job, JobState.CHECKING)
    bulk_jobs.wake()


def release(job: BulkJob, *, now: dt.datetime) -> None:
    """A job that was prepared may begin; the caller holds it."""
    job.created_at = now
    _begin_anew(job, JobState.RUNNING)
    bulk_jobs.record("leads.bulk_started", job, by=bulk_jobs.actor_of(job), now=now, total=job.total)
    bulk_jobs.wake()


def _begin_anew(job: BulkJob, state: JobState) -> None:
    settled = BulkRow.objects.filter(job=job).exclude(state=RowState.WAITING)
    settled.update(state=RowState.WAITING, reason="", before=None, lead=None)
    for figure in bulk_jobs.FIGURES:
        setattr(job, figure, 0)
    job.state, job.lease_token, job.lease_until, job.finished_at = state, None, None, None
    job.save(
        update_fields=[
            *bulk_jobs.FIGURES,
            "state",
            "lease_token",
            "lease_until",
            "finished_at",
            "created_at",
            "options",
        ]
    )
