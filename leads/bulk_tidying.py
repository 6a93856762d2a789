"""What becomes of jobs that nobody holds, and of the rows of those that are over."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Sequence

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from crm.tasks import ring
from leads import bulk_jobs
from leads.bulk_actions import Batch, action_of
from leads.models import AT_WORK, DRAFT_FOR, UNDO_FOR, BulkJob, BulkRow, JobState

_FORGOTTEN_AT_ONCE = 5000


def tidy() -> int:
    """Wake the workers for jobs whose worker died; forget the rows of those that can't be undone any more."""
    now = timezone.now()
    if BulkJob.objects.filter(bulk_jobs.unheld(now), state__in=AT_WORK).exists():
        ring(bulk_jobs.TASK)
    old = BulkJob.objects.filter(_is_over(now)).exclude(state__in=AT_WORK)
    rows = BulkRow.objects.filter(job__in=old).select_related("job").order_by("job", "number")[:_FORGOTTEN_AT_ONCE]
    forgotten = 0
    for job, theirs in itertools.groupby(rows, key=lambda row: row.job):
        forgotten += _forget(job, list(theirs), now)
    drafts = BulkJob.objects.filter(_is_over(now), state=JobState.DRAFT)
    drafts.filter(~Exists(BulkRow.objects.filter(job=OuterRef("pk")))).delete()
    return forgotten


def _is_over(now: dt.datetime) -> Q:
    return Q(created_at__lt=now - UNDO_FOR) | Q(created_at__lt=now - DRAFT_FOR, state=JobState.DRAFT)


@transaction.atomic
def _forget(job: BulkJob, rows: Sequence[BulkRow], now: dt.datetime) -> int:
    if action := action_of(job.kind):
        action.forget(Batch(job, rows, bulk_jobs.actor_of(job), now))
    return BulkRow.objects.filter(pk__in=[row.pk for row in rows]).delete()[0]
