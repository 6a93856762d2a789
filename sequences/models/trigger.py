"""What starts a sequence by itself."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy

from crm.models import Organization
from sequences.models.sequence import Sequence


class TriggerKind(models.TextChoices):
    CREATED = "created", gettext_lazy("a lead is created")
    STAGE = "stage", gettext_lazy("a lead enters a stage")
    TAG = "tag", gettext_lazy("a lead gets a tag")


class Trigger(models.Model):
    """value: the source of the new lead ("" for any), the uuid of the stage, or the name of the tag."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, db_index=False)
    sequence = models.ForeignKey(Sequence, on_delete=models.CASCADE, related_name="triggers", db_index=False)
    kind = models.CharField(max_length=7, choices=TriggerKind)
    value = models.CharField(max_length=100, blank=True)

    class Meta:
        verbose_name = gettext_lazy("trigger")
        verbose_name_plural = gettext_lazy("triggers")
        constraints = [models.UniqueConstraint(fields=["sequence", "kind", "value"], name="trigger_once")]
        indexes = [models.Index(fields=["organization", "kind"], name="trigger_of_organization")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.value}".strip()
