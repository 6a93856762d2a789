"""What an advisor has to do about a lead, and by when."""

from __future__ import annotations

import datetime as dt
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy

from crm.identifiers import new_uuid
from crm.models import Advisor, Organization
from leads.models.lead import Lead


class TaskKind(models.TextChoices):
    CALL = "call", gettext_lazy("call back")
    TODO = "todo", gettext_lazy("to do")


class TaskState(models.TextChoices):
    OPEN = "open", gettext_lazy("Open")
    DONE = "done", gettext_lazy("Done")
    CANCELLED = "cancelled", gettext_lazy("Cancelled")


class TaskQuerySet(models.QuerySet["Task"]):
    def open(self) -> Self:
        return self.filter(state=TaskState.OPEN)

    def visible_to(self, advisor: Advisor) -> Self:
        """Those about leads that the advisor may see."""
        return self.filter(organization=advisor.organization_id, lead__in=Lead.objects.visible_to(advisor))

    def of_advisor(self, advisor: Advisor) -> Self:
        """What this advisor has to do, the most urgent first."""
        return self.filter(organization=advisor.organization_id, advisor=advisor).order_by("due_at", "pk")

    def due(self, now: dt.datetime) -> Self:
        return self.open().filter(due_at__lte=now)


class Task(models.Model):
    """
    One thing to do. It is the advisor's who has the lead, and goes with the lead to the next one.

    reason says in words and names why it exists, as Message.reason does. closed_because: why it was cancelled.
    """

    uuid = models.UUIDField(unique=True, default=new_uuid, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, db_index=False)
    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="tasks", db_index=False)
    advisor = models.ForeignKey(
        Advisor, on_delete=models.SET_NULL, null=True, blank=True, related_name="tasks", db_index=False
    )
    kind = models.CharField(max_length=4, choices=TaskKind, default=TaskKind.TODO)
    title = models.CharField(max_length=255)
    details = models.TextField(blank=True)
    reason = models.JSONField(default=dict)
    state = models.CharField(max_length=9, choices=TaskState, default=TaskState.OPEN)
    due_at = models.DateTimeField()
    created_at = models.DateTimeField()
    created_by_label = models.CharField(max_length=255, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by_label = models.CharField(max_length=255, blank=True)
    closed_because = models.CharField(max_length=255, blank=True)

    objects = TaskQuerySet.as_manager()

    class Meta:
        verbose_name = gettext_lazy("task")
        verbose_name_plural = gettext_lazy("tasks")
        constraints = [
            models.CheckConstraint(
                condition=Q(state=TaskState.OPEN, closed_at=None)
                | (~Q(state=TaskState.OPEN) & Q(closed_at__isnull=False)),
                name="task_closed_has_its_time",
            ),
        ]
        indexes = [
            models.Index(fields=["advisor", "due_at"], condition=Q(state="open"), name="task_of_advisor"),
            models.Index(fields=["organization", "due_at"], condition=Q(state="open"), name="task_due"),
            models.Index(fields=["lead", "-created_at"], name="task_of_lead"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        return self.state == TaskState.OPEN
