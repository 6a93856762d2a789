"""What is still needed from a borrower."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy

from crm.identifiers import new_uuid, requirement_id
from crm.models import Organization


class ItemKind(models.TextChoices):
    DOCUMENT = "document", gettext_lazy("Document")
    TEXT = "text", gettext_lazy("Text")
    EMAIL = "email", gettext_lazy("Email")
    PHONE = "phone", gettext_lazy("Phone")
    NUMBER = "number", gettext_lazy("Number")
    DATE = "date", gettext_lazy("Date")


class ItemStatus(models.TextChoices):
    PENDING = "pending", gettext_lazy("Pending")
    COMPLETED = "completed", gettext_lazy("Completed")


class Requirement(models.Model):
    """Something that every lead of the organisation is asked for. One that was deleted keeps what was collected."""

    public_id = models.CharField(max_length=40, unique=True, default=requirement_id, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="requirements")
    name = models.CharField(max_length=255)
    kind = models.CharField(max_length=8, choices=ItemKind, default=ItemKind.DOCUMENT)
    description = models.TextField(blank=True)
    position = models.PositiveSmallIntegerField(default=0)
    is_active = models.BooleanField(default=True)
    deleted_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = gettext_lazy("requirement")
        verbose_name_plural = gettext_lazy("requirements")
        constraints = [
            models.CheckConstraint(
                condition=Q(deleted_at=None) | Q(is_active=False), name="requirement_deleted_is_asked_of_nobody"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ChecklistItem(models.Model):
    """
    One lead's answer to a requirement, or something asked of this lead alone (requirement is empty).

    A requirement that nobody has touched yet has no row here; leads/checklists.py puts the two together.
    """

    uuid = models.UUIDField(unique=True, default=new_uuid, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, db_index=False)
    lead = models.ForeignKey("leads.Lead", on_delete=models.CASCADE, related_name="checklist_items", db_index=False)
    requirement = models.ForeignKey(Requirement, on_delete=models.SET_NULL, null=True, blank=True, related_name="items")
    name = models.CharField(max_length=255)
    kind = models.CharField(max_length=8, choices=ItemKind, default=ItemKind.DOCUMENT)
    status = models.CharField(max_length=9, choices=ItemStatus, default=ItemStatus.PENDING)
    value = models.TextField(blank=True)
    collected_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = gettext_lazy("checklist item")
        verbose_name_plural = gettext_lazy("checklist items")
        indexes = [models.Index(fields=["organization", "lead"], name="checklist_of_lead")]
        constraints = [
            models.UniqueConstraint(
                fields=["lead", "requirement"], condition=Q(requirement__isnull=False), name="checklist_item_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name
