"""Work on many rows in the background: one job, a row for each, and what was before, so that it can be undone."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy

from crm.identifiers import new_uuid
from crm.models import Advisor, Organization
from leads.models.lead import Lead

#: For so long a job can be undone; its rows are forgotten then.
UNDO_FOR = dt.timedelta(days=7)
#: For so long a file waits for somebody to say what its columns are.
DRAFT_FOR = dt.timedelta(days=2)


class JobState(models.TextChoices):
    DRAFT = "draft", gettext_lazy("being prepared")
    CHECKING = "checking", gettext_lazy("being tried out")
    RUNNING = "running", gettext_lazy("Running")
    DONE = "done", gettext_lazy("Done")
    STOPPED = "stopped", gettext_lazy("Stopped")
    UNDOING = "undoing", gettext_lazy("being undone")
    UNDONE = "undone", gettext_lazy("Undone")


#: States in which a worker has something to do.
AT_WORK = (JobState.CHECKING, JobState.RUNNING, JobState.UNDOING)


class BulkJobQuerySet(models.QuerySet["BulkJob"]):
    def visible_to(self, advisor: Advisor) -> BulkJobQuerySet:
        """Their own; managers see everybody's."""
        jobs = self.filter(organization_id=advisor.organization_id)
        return jobs if advisor.is_manager else jobs.filter(advisor=advisor)

    def begun(self) -> BulkJobQuerySet:
        """Without those that somebody is still preparing."""
        return self.exclude(state__in=(JobState.DRAFT, JobState.CHECKING))


class BulkJob(models.Model):
    """
    Something that somebody wants done to many rows; kind names the action that knows how (leads/bulk_actions.py).

    A worker holds the job by lease_token until lease_until, and writes each batch of rows together with what it did
    to them: a worker that dies leaves the rest waiting for the next one.
    """

    uuid = models.UUIDField(unique=True, default=new_uuid, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, db_index=False)
    advisor = models.ForeignKey(Advisor, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)
    actor_label = models.CharField(max_length=255)
    kind = models.SlugField(max_length=30)
    title = models.CharField(max_length=255, help_text=gettext_lazy("what is done, in words: Assign to Bob Baker"))
    options = models.JSONField(default=dict, help_text=gettext_lazy("what the action was told"))
    query = models.CharField(
        max_length=4000, blank=True, help_text=gettext_lazy("the address of the list that it was started on")
    )
    state = models.CharField(max_length=8, choices=JobState, default=JobState.RUNNING)
    total = models.PositiveIntegerField()
    done = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0, help_text=gettext_lazy("were so already"))
    refused = models.PositiveIntegerField(default=0)
    undone = models.PositiveIntegerField(default=0)
    kept = models.PositiveIntegerField(default=0, help_text=gettext_lazy("could not be undone"))
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    undone_by_id = models.BigIntegerField(null=True, help_text=gettext_lazy("the advisor who asked for the undoing"))
    undone_by_label = models.CharField(max_length=255, blank=True)
    undone_at = models.DateTimeField(null=True)
    claimed_at = models.DateTimeField(null=True)
    lease_token = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)

    objects = BulkJobQuerySet.as_manager()

    class Meta:
        verbose_name = gettext_lazy("bulk job")
        verbose_name_plural = gettext_lazy("bulk jobs")
        indexes = [
            models.Index(fields=["organization", "-id"], name="bulk_job_newest"),
            models.Index(
                fields=["claimed_at", "id"],
                condition=Q(state__in=["checking", "running", "undoing"]),
                name="bulk_job_at_work",
            ),
            models.Index(fields=["created_at"], name="bulk_job_by_age"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_at_work(self) -> bool:
        return self.state in AT_WORK

    @property
    def processed(self) -> int:
        """Rows that are through, of those that the state is about."""
        return self.undone + self.kept if self.is_undoing else self.done + self.unchanged + self.refused

    @property
    def is_undoing(self) -> bool:
        return self.state in (JobState.UNDOING, JobState.UNDONE)

    @property
    def to_process(self) -> int:
        """All rows; while undoing, those that had been changed."""
        return self.done if self.is_undoing else self.total

    def can_be_undone(self, now: dt.datetime) -> bool:
        return self.state in (JobState.DONE, JobState.STOPPED) and self.done > 0 and now < self.created_at + UNDO_FOR


class RowState(models.TextChoices):
    WAITING = "waiting", gettext_lazy("Waiting")
    DONE = "done", gettext_lazy("Done")
    UNCHANGED = "unchanged", gettext_lazy("Unchanged")
    REFUSED = "refused", gettext_lazy("Refused")
    UNDONE = "undone", gettext_lazy("Undone")
    KEPT = "kept", gettext_lazy("could not be undone")


class BulkRow(models.Model):
    """
    One row of a job: a lead, or what is to become one (given, for jobs that bring leads in).

    before is what the action needs to put things back as they were.
    """

    job = models.ForeignKey(BulkJob, on_delete=models.CASCADE, related_name="rows", db_index=False)
    number = models.PositiveIntegerField(
        help_text=gettext_lazy("1 for the first; the row of a file, as a spreadsheet counts")
    )
    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, null=True, related_name="+", db_index=False)
    given = models.JSONField(null=True, help_text=gettext_lazy("the cells of a file's row"))
    state = models.CharField(max_length=9, choices=RowState, default=RowState.WAITING)
    reason = models.CharField(max_length=255, blank=True)
    before = models.JSONField(null=True)

    class Meta:
        verbose_name = gettext_lazy("row of a bulk job")
        verbose_name_plural = gettext_lazy("rows of bulk jobs")
        constraints = [models.UniqueConstraint(fields=["job", "number"], name="bulk_row_once")]
        indexes = [models.Index(fields=["job", "state", "number"], name="bulk_row_by_state")]

    def __str__(self) -> str:
        return f"row {self.number} of job {self.job_id}: {self.state}"

    def settle(self, state: RowState, reason: str = "", *, before: dict[str, object] | None = None) -> None:
        """In memory; the job writes all rows of a batch together."""
        self.state, self.reason = state, reason[:255]
        if before is not None:
            self.before = before
