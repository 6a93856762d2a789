"""Who is being followed up by which sequence, and what each step came to."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy

from crm.models import Organization
from leads.models import Lead, Message, Task
from sequences.models.sequence import Sequence, SequenceVersion


class EnrollmentStatus(models.TextChoices):
    ACTIVE = "active", gettext_lazy("Active")
    PAUSED = "paused", gettext_lazy("Paused")
    COMPLETED = "completed", gettext_lazy("Completed")
    CANCELLED = "cancelled", gettext_lazy("Cancelled")


class Enrollment(models.Model):
    """
    One lead's way through one version of a sequence.

    next_order and next_step_at say which step comes when; both are empty when none comes. generation rises when a
    cancelled enrollment is taken up again, so that the same step may be planned once more.
    """

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, db_index=False)
    sequence = models.ForeignKey(Sequence, on_delete=models.CASCADE, related_name="enrollments", db_index=False)
    version = models.ForeignKey(SequenceVersion, on_delete=models.PROTECT, related_name="+", db_index=False)
    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="enrollments", db_index=False)
    status = models.CharField(max_length=9, choices=EnrollmentStatus, default=EnrollmentStatus.ACTIVE)
    generation = models.PositiveSmallIntegerField(default=1)
    next_order = models.PositiveSmallIntegerField(null=True, default=0)
    next_step_at = models.DateTimeField(null=True)
    held_by = models.CharField(
        max_length=255, blank=True, help_text=gettext_lazy("why next_step_at is later than planned")
    )
    stop_reason = models.CharField(max_length=255, blank=True)
    enrolled_by = models.CharField(max_length=255, blank=True)
    is_asked_for = models.BooleanField(
        default=True,
        help_text=gettext_lazy("a person or partner asked for it, so that its first step need not wait its turn"),
    )
    started_at = models.DateTimeField(help_text=gettext_lazy("of this generation; replies after it count"))
    ended_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = gettext_lazy("enrollment")
        verbose_name_plural = gettext_lazy("enrollments")
        constraints = [
            models.UniqueConstraint(
                fields=["lead", "sequence"],
                condition=Q(status__in=["active", "paused"]),
                name="enrollment_one_live",
            ),
            models.CheckConstraint(
                condition=~Q(status="active") | Q(next_step_at__isnull=False, next_order__isnull=False),
                name="enrollment_active_has_a_next_step",
            ),
        ]
        indexes = [
            models.Index(fields=["next_step_at", "id"], condition=Q(status="active"), name="enrollment_due"),
            # With the id, because a bulk job makes thousands due at the same moment: they need not be sorted.
            models.Index(
                fields=["organization", "next_step_at", "id"],
                condition=Q(status="active"),
                name="enrollment_due_of_org",
            ),
            models.Index(fields=["lead", "-id"], name="enrollment_of_lead"),
            models.Index(fields=["sequence", "status"], name="enrollment_of_sequence"),
        ]

    def __str__(self) -> str:
        return f"{self.get_status_display()} at step {self.next_order}"


class StepRun(models.Model):
    """
    One step of one enrollment, done once: the row whose uniqueness makes planning happen exactly once.

    message is what it said, task what it gave the advisor to do; a skipped step has neither, and says why.
    """

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, db_index=False)
    enrollment = models.ForeignKey(Enrollment, on_delete=models.CASCADE, related_name="runs", db_index=False)
    generation = models.PositiveSmallIntegerField()
    order = models.PositiveSmallIntegerField()
    message = models.OneToOneField(Message, on_delete=models.SET_NULL, null=True, related_name="step_run")
    task = models.OneToOneField(Task, on_delete=models.SET_NULL, null=True, blank=True, related_name="step_run")
    skipped_because = models.CharField(max_length=255, blank=True)
    planned_at = models.DateTimeField()

    class Meta:
        verbose_name = gettext_lazy("step run")
        verbose_name_plural = gettext_lazy("step runs")
        constraints = [
            models.UniqueConstraint(fields=["enrollment", "generation", "order"], name="step_run_once"),
        ]

    def __str__(self) -> str:
        return f"step {self.order} of enrollment {self.enrollment_id}"
