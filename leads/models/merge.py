"""Two leads that were one person."""

from __future__ import annotations

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy

from crm.identifiers import new_uuid
from crm.models import Organization
from leads.models.lead import Lead


class Merge(models.Model):
    """
    What went from one lead to the other, so that it can go back.

    columns: of the lead that was kept, {column: [before, after]}. rows: what moved to it, {relation: [ids]};
    see leads/merging.py.
    """

    uuid = models.UUIDField(unique=True, default=new_uuid, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, db_index=False)
    kept = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="merges", db_index=False)
    merged = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="+", db_index=False)
    columns = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    rows = models.JSONField(default=dict)
    merged_by = models.CharField(max_length=255)
    merged_at = models.DateTimeField()
    undone_by = models.CharField(max_length=255, blank=True)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = gettext_lazy("merge")
        verbose_name_plural = gettext_lazy("merges")
        constraints = [
            models.UniqueConstraint(fields=["merged"], condition=Q(undone_at=None), name="merge_once"),
            models.CheckConstraint(condition=~Q(kept=F("merged")), name="merge_of_two"),
        ]
        indexes = [models.Index(fields=["kept", "-id"], condition=Q(undone_at=None), name="merge_into_lead")]

    def __str__(self) -> str:
        return f"{self.merged_id} into {self.kept_id}"
