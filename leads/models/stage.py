"""Stages of the pipeline, and their running totals."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy

from crm.identifiers import new_uuid
from crm.models import Organization


class Slot(models.TextChoices):
    """What a stage means to the contracts, whatever the organisation calls it."""

    NEW = "new", gettext_lazy("New")
    CONTACTED = "contacted", gettext_lazy("Contacted")
    QUALIFIED = "qualified", gettext_lazy("Qualified")
    CONVERTED = "converted", gettext_lazy("Converted")
    LOST = "lost", gettext_lazy("Lost")


class StageRule(models.TextChoices):
    """What a stage asks of a lead that enters it; leads/pipeline.py has the check for each."""

    NOTHING = "", gettext_lazy("nothing")
    LOST_REASON = "lost_reason", gettext_lazy("a reason")
    FUNDED_AMOUNT = "funded_amount", gettext_lazy("the funded amount")
    DOCUMENTS = "documents", gettext_lazy("a finished checklist")


class Stage(models.Model):
    uuid = models.UUIDField(unique=True, default=new_uuid, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="stages", db_index=False)
    key = models.SlugField(max_length=40)
    label = models.CharField(max_length=80)
    color = models.CharField(max_length=7, default="#64748b")
    slot = models.CharField(gettext_lazy("semantic slot"), max_length=10, choices=Slot)
    position = models.PositiveSmallIntegerField()
    is_terminal = models.BooleanField(default=False)
    asks_for = models.CharField(max_length=16, choices=StageRule, default=StageRule.NOTHING, blank=True)

    class Meta:
        verbose_name = gettext_lazy("stage")
        verbose_name_plural = gettext_lazy("stages")
        constraints = [
            models.UniqueConstraint(fields=["organization", "key"], name="stage_key_once"),
            models.CheckConstraint(condition=models.Q(slot__in=Slot.values), name="stage_slot_known"),
        ]
        indexes = [models.Index(fields=["organization", "position"], name="stage_order")]

    def __str__(self) -> str:
        return self.label


class StageTally(models.Model):
    """
    What a change added to a stage's totals; the totals are the sums over its rows.

    Rows are only ever inserted, so that a thousand imports and moves at once never wait for one counter row;
    leads/tallies.py folds old rows together and can rebuild them from the leads.
    """

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, db_index=False)
    stage = models.ForeignKey(Stage, on_delete=models.CASCADE, db_index=False)
    leads = models.BigIntegerField(default=0, help_text=gettext_lazy("live leads"))
    answering = models.BigIntegerField(default=0, help_text=gettext_lazy("live leads that answer to their phone"))
    requested = models.DecimalField(
        max_digits=20, decimal_places=2, default=0, help_text=gettext_lazy("sum of requested amounts")
    )
    entered = models.BigIntegerField(
        default=0, help_text=gettext_lazy("sum of the Unix seconds at which its leads entered")
    )
    departed = models.BigIntegerField(default=0, help_text=gettext_lazy("moves out of the stage, ever"))
    advanced = models.BigIntegerField(default=0, help_text=gettext_lazy("moves onward out of the stage, ever"))

    class Meta:
        verbose_name = gettext_lazy("stage tally")
        verbose_name_plural = gettext_lazy("stage tallies")
        indexes = [models.Index(fields=["organization", "stage"], name="tally_of_stage")]

    def __str__(self) -> str:
        return f"{self.leads:+d} in stage {self.stage_id}"
