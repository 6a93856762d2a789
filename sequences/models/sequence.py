"""Sequences, their immutable versions, and the steps of a version."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy

from crm.identifiers import sequence_id
from crm.models import Organization
from leads.models import Channel, Stage, TaskKind


class StepKind(models.TextChoices):
    FIXED = "fixed", gettext_lazy("Fixed")
    AI = "ai", gettext_lazy("Ai")
    TASK = "task", gettext_lazy("task for the advisor")


class Approval(models.TextChoices):
    """What a text that no person wrote needs before it goes out."""

    CHECKED = "checked", gettext_lazy("goes out when the checks pass")
    EVERY = "every", gettext_lazy("a person approves each one")


class SequenceQuerySet(models.QuerySet["Sequence"]):
    def of(self, organization: Organization) -> Self:
        return self.filter(organization=organization, deleted_at=None)


class Sequence(models.Model):
    public_id = models.CharField(max_length=40, unique=True, default=sequence_id, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="sequences", db_index=False)
    name = models.CharField(max_length=255)
    description = models.TextField(blank=True)
    is_active = models.BooleanField(default=True)
    is_default = models.BooleanField(default=False)
    current = models.ForeignKey(
        "SequenceVersion",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        help_text=gettext_lazy("for new enrollments"),
    )
    approval = models.CharField(
        max_length=7, choices=Approval, default=Approval.CHECKED, help_text=gettext_lazy("of what its AI steps write")
    )
    goal = models.ForeignKey(
        Stage,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text=gettext_lazy("reached, it ends"),
    )
    created_at = models.DateTimeField()
    deleted_at = models.DateTimeField(null=True, blank=True)

    objects = SequenceQuerySet.as_manager()

    class Meta:
        verbose_name = gettext_lazy("sequence")
        verbose_name_plural = gettext_lazy("sequences")
        constraints = [
            models.UniqueConstraint(
                fields=["organization"],
                condition=Q(is_default=True, deleted_at=None),
                name="sequence_one_default",
            ),
        ]
        indexes = [models.Index(fields=["organization", "id"], name="sequence_of_organization")]

    def __str__(self) -> str:
        return self.name


class SequenceVersion(models.Model):
    """The steps as they were at one time. Never changed: an edit makes the next version."""

    sequence = models.ForeignKey(Sequence, on_delete=models.CASCADE, related_name="versions", db_index=False)
    number = models.PositiveIntegerField()
    actor_label = models.CharField(max_length=255, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = gettext_lazy("sequence version")
        verbose_name_plural = gettext_lazy("sequence versions")
        constraints = [models.UniqueConstraint(fields=["sequence", "number"], name="sequence_version_once")]

    def __str__(self) -> str:
        return f"version {self.number}"


class Step(models.Model):
    """
    One thing that a sequence says, or asks the lead's advisor to do.

    A fixed step sends its message; an AI step writes one from its instructions. A task step gives the advisor a task:
    message is its title, instructions its details, both templates.
    """

    version = models.ForeignKey(SequenceVersion, on_delete=models.CASCADE, related_name="steps", db_index=False)
    order = models.PositiveSmallIntegerField(help_text=gettext_lazy("from 0"))
    kind = models.CharField(max_length=5, choices=StepKind)
    channel = models.CharField(max_length=8, choices=Channel, default=Channel.SMS)
    subject = models.CharField(max_length=255, blank=True, help_text=gettext_lazy("for e-mail"))
    message = models.TextField(blank=True, help_text=gettext_lazy("the template of a fixed step; the title of a task"))
    instructions = models.TextField(
        blank=True, help_text=gettext_lazy("what an AI step should say; the details of a task")
    )
    delay_hours = models.PositiveIntegerField(default=0, help_text=gettext_lazy("after the step before it"))
    skip_if_replied = models.BooleanField(default=True)
    in_business_hours = models.BooleanField(
        default=False, help_text=gettext_lazy("only in the organisation's business hours, besides the recipient's own")
    )
    task_kind = models.CharField(max_length=4, choices=TaskKind, default=TaskKind.TODO)
    waits_until_done = models.BooleanField(
        default=False, help_text=gettext_lazy("a task: the next step's delay counts from when it is done")
    )

    class Meta:
        verbose_name = gettext_lazy("step")
        verbose_name_plural = gettext_lazy("steps")
        constraints = [
            models.UniqueConstraint(fields=["version", "order"], name="step_order_once"),
            models.CheckConstraint(
                condition=(Q(kind__in=[StepKind.FIXED, StepKind.TASK]) & ~Q(message=""))
                | (Q(kind=StepKind.AI) & ~Q(instructions="")),
                name="step_has_what_its_kind_needs",
            ),
        ]

    def __str__(self) -> str:
        return f"step {self.order}"
