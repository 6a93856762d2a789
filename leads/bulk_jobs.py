"""
Jobs over many rows: started, worked through batch by batch, stopped, undone.

A batch is one transaction: what the action did to its rows, what became of each, and the job's figures. So every row is
done exactly once, whatever dies when. Losing or doubling the task that calls work() is harmless.
"""

from __future__ import annotations

import datetime as dt
import logging
import time
import uuid
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import OperationalError, connections, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from crm import events, failpoints, heartbeat, reach
from crm.bulk import write_columns
from crm.models import Actor, ActorKind, Advisor
from crm.replica import written
from crm.tasks import ring
from leads.bulk_actions import Batch, BulkAction, action_of
from leads.errors import Changed, DomainError, InvalidValue
from leads.models import AT_WORK, BulkJob, BulkRow, JobState, LeadQuerySet, RowState

log = logging.getLogger(__name__)

TASK = "leads.bulk_jobs.work"
#: Leads in one job.
MOST = 100_000
BATCH = 200
#: Of whoever holds a job; every batch renews it.
LEASE = dt.timedelta(seconds=60)
#: One turn at a job, and all turns of one task: far below the queue's timeout.
TURN, SECONDS = 10.0, 30.0
_TRIES = 3


def start(
    advisor: Advisor,
    action: BulkAction,
    leads: LeadQuerySet,
    *,
    title: str,
    options: dict[str, Any],
    expected: int,
    query: str = "",
    now: dt.datetime,
) -> BulkJob:
    """
    Take down which leads these are now, and let the workers begin.

    Raises InvalidValue for none or too many, and Changed when they are no longer as many as the advisor was told.
    """
    with transaction.atomic():
        job = _new_job(advisor, action, title=title, options=options, query=query, now=now)
        job.total = _take_down(job, leads)
        if not job.total:
            raise InvalidValue(_("No lead passes the filters any more."))
        if job.total != expected:
            raise Changed(_("Meanwhile these are %(number)d leads. Look again.") % {"number": job.total})
        job.save(update_fields=["total"])
        record("leads.bulk_started", job, by=actor_of(job), now=now, total=job.total)
        wake()
    return job


def _new_job(
    advisor: Advisor, action: BulkAction, *, title: str, options: dict[str, Any], query: str, now: dt.datetime
) -> BulkJob:
    return BulkJob.objects.create(
        organization_id=advisor.organization_id,
        advisor=advisor,
        actor_label=advisor.name[:255],
        kind=action.kind,
        title=title[:255],
        options=options,
        query=query[:4000],
        total=0,
        created_at=now,
    )


def _take_down(job: BulkJob, leads: LeadQuerySet) -> int:
    """One statement, however many. Raises InvalidValue when there are more than MOST."""
    connection = connections[leads.db]
    try:
        chosen, parameters = leads.order_by().values("id")[: MOST + 1].query.get_compiler(leads.db).as_sql()
    except EmptyResultSet:  # filters that nothing can pass
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {connection.ops.quote_name(BulkRow._meta.db_table)} (job_id, lead_id, number, state, reason)"  # noqa: S608
            f" SELECT {int(job.pk)}, chosen.id, ROW_NUMBER() OVER (ORDER BY chosen.id), 'waiting', ''"
            f" FROM ({chosen}) AS chosen ORDER BY chosen.id",
            parameters,
        )
        number = cursor.rowcount
    if number > MOST:
        raise InvalidValue(_("At most %(most)s leads at once: narrow them down.") % {"most": f"{MOST:,}"})
    return int(number)


def wake() -> None:
    """After this transaction commits, let a worker look for jobs."""
    transaction.on_commit(partial(ring, TASK), robust=True)


def stop(job: BulkJob, *, by: Actor, now: dt.datetime) -> bool:
    """Nothing more is done to the rows that still wait."""
    stopped = BulkJob.objects.filter(pk=job.pk, state=JobState.RUNNING).update(state=JobState.STOPPED, finished_at=now)
    if stopped:
        record("leads.bulk_stopped", job, by=by, now=now)
    return bool(stopped)


@transaction.atomic
def undo(job: BulkJob, *, by: Actor, now: dt.datetime) -> None:
    """Put back what the job did, where nobody has changed it since. Raises Changed when that can't be begun."""
    held = BulkJob.objects.select_for_update(no_key=True).get(pk=job.pk)
    if not held.can_be_undone(now):
        raise Changed(_("This can't be undone any more."))
    held.state, held.undone_by_id, held.undone_by_label, held.undone_at = JobState.UNDOING, by.id, by.label[:255], now
    held.save(update_fields=["state", "undone_by_id", "undone_by_label", "undone_at"])
    record("leads.bulk_undone", held, by=by, now=now, total=held.done)
    wake()


@reach.everybody()  # whose turn it is; each turn is one organisation's
def work(seconds: float = SECONDS) -> int:
    """Take turns at the jobs there are, for a bounded time; ring again when that was not enough. Rows settled."""
    settled, deadline = 0, time.monotonic() + seconds
    while job := _claim(timezone.now()):
        with reach.of(job.organization_id):
            settled += _take_turn(job, min(deadline, time.monotonic() + TURN))
        written.by_worker(job.organization_id)
        if time.monotonic() > deadline:
            if BulkJob.objects.filter(state__in=AT_WORK).exists():
                ring(TASK)
            break
    return settled


def _claim(now: dt.datetime) -> BulkJob | None:
    """Hold the job that has waited longest for a turn."""
    free = BulkJob.objects.filter(unheld(now), state__in=AT_WORK)
    while pk := free.order_by(F("claimed_at").asc(nulls_first=True), "pk").values_list("pk", flat=True).first():
        token = uuid.uuid4()
        if free.filter(pk=pk).update(lease_token=token, lease_until=now + LEASE, claimed_at=now):
            return BulkJob.objects.get(pk=pk)
    return None


def _take_turn(job: BulkJob, deadline: float) -> int:
    settled = 0
    if job.state == JobState.CHECKING and not _make_ready(job):
        return settled
    while time.monotonic() < deadline:
        heartbeat.beat()
        number = _one_batch(job)
        if not number:
            return settled
        settled += number
    # Only our own claim is given back: somebody may hold the job after we stalled.
    BulkJob.objects.filter(pk=job.pk, lease_token=job.lease_token).update(lease_token=None, lease_until=None)
    return settled


def _make_ready(job: BulkJob) -> bool:
    action = action_of(job.kind)

    def goes_on() -> bool:
        heartbeat.beat()
        ours = BulkJob.objects.filter(pk=job.pk, lease_token=job.lease_token, state=JobState.CHECKING)
        return bool(ours.update(lease_until=timezone.now() + LEASE))

    return action is not None and action.make_ready(job, goes_on)


def _one_batch(job: BulkJob) -> int:
    """The rows settled; 0 when the job is finished, stopped, or held by somebody else."""
    for attempt in range(_TRIES):
        try:
            return _batch(job, _size(job))
        except OperationalError:  # a deadlock with an import, which may simply try again
            if attempt == _TRIES - 1:
                raise
        except Exception:
            log.exception("job %s, a batch; its rows are tried one by one", job.uuid)
            return _row_by_row(job)
    raise AssertionError("unreachable")


def _size(job: BulkJob) -> int:
    action = action_of(job.kind)
    return (action and action.rows_at_once) or BATCH


def _row_by_row(job: BulkJob) -> int:
    """A row that breaks harms no other: it is refused, and the log says why."""
    settled = 0
    for _number in range(_size(job)):
        try:
            number = _batch(job, 1)
        except OperationalError:
            raise
        except Exception:
            log.exception("job %s, a row", job.uuid)
            number = _batch(job, 1, is_broken=True)
        if not number:
            return settled
        settled += number
    return settled


@transaction.atomic
def _batch(job: BulkJob, size: int, *, is_broken: bool = False) -> int:
    held = BulkJob.objects.select_for_update(no_key=True).filter(pk=job.pk, lease_token=job.lease_token).first()
    if held is None or not held.is_at_work:
        return 0
    now, is_undoing = timezone.now(), held.state == JobState.UNDOING
    waiting = BulkRow.objects.filter(job=held, state=RowState.DONE if is_undoing else RowState.WAITING)
    # Undone in the opposite order, so that what leaned on something earlier goes first.
    rows = list(waiting.order_by("-number" if is_undoing else "number")[:size])
    if rows:
        _apply(held, rows, now, is_broken=is_broken)
        failpoints.reach(failpoints.IN_BULK_BATCH)
    else:
        was_running = held.state == JobState.RUNNING
        held.state = _AFTER[JobState(held.state)]
        held.finished_at = now
        held.lease_token = None
        if was_running:
            record("leads.bulk_finished", held, by=actor_of(held), now=now, done=held.done, refused=held.refused)
    held.lease_until = now + LEASE if rows else None
    held.save(update_fields=[*FIGURES, "state", "finished_at", "lease_token", "lease_until"])
    return len(rows)


#: What a job is when no row is left.
_AFTER = {
    JobState.CHECKING: JobState.DRAFT,
    JobState.RUNNING: JobState.DONE,
    JobState.UNDOING: JobState.UNDONE,
}
FIGURES = ("done", "unchanged", "refused", "undone", "kept")


def _apply(job: BulkJob, rows: Sequence[BulkRow], now: dt.datetime, *, is_broken: bool) -> None:
    is_undoing = job.state == JobState.UNDOING
    action = action_of(job.kind)
    if is_broken or action is None:
        for row in rows:
            row.settle(RowState.KEPT if is_undoing else RowState.REFUSED, _("Something went wrong on our side."))
    else:
        batch = Batch(job, rows, actor_of(job), now)
        try:
            with transaction.atomic():
                _way_of(action, job)(batch)
        except (
            DomainError
        ) as error:  # what holds for one holds for all: the sequence was switched off, the stage is gone
            for row in rows:
                row.settle(RowState.KEPT if is_undoing else RowState.REFUSED, error.words)
    expected = {RowState.UNDONE, RowState.KEPT} if is_undoing else {RowState.DONE, RowState.UNCHANGED, RowState.REFUSED}
    counts = Counter(RowState(row.state) for row in rows)
    if counts.keys() - expected:
        raise AssertionError(f"{job.kind} left rows of job {job.uuid} unsettled")
    write_columns(rows, ["state", "reason", "before", "lead"])
    for state, number in counts.items():
        setattr(job, state.value, getattr(job, state.value) + number)


def _way_of(action: BulkAction, job: BulkJob) -> Callable[[Batch], None]:
    ways = {JobState.CHECKING: action.check, JobState.UNDOING: action.undo}
    return ways.get(JobState(job.state), action.apply)


def actor_of(job: BulkJob) -> Actor:
    """Who started it; while it is undone, who asked for that."""
    if job.state == JobState.UNDOING:
        return Actor(ActorKind.ADVISOR, job.undone_by_label, job.undone_by_id)
    return Actor(ActorKind.ADVISOR, job.actor_label, job.advisor_id)


def record(name: str, job: BulkJob, *, by: Actor, now: dt.datetime, **data: Any) -> None:
    events.record(name, organization=job.organization_id, by=by, now=now, job=str(job.uuid), title=job.title, **data)


def unheld(now: dt.datetime) -> Q:
    return Q(lease_until=None) | Q(lease_until__lt=now)
