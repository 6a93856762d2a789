"""Lists of leads to dial, and the hopper of those to dial next."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy

from crm.models import Organization


class Campaign(models.Model):
    """Lists that are dialled together; while it is not active, none of its leads is."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="campaigns")
    name = models.CharField(max_length=255)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = gettext_lazy("campaign")
        verbose_name_plural = gettext_lazy("campaigns")

    def __str__(self) -> str:
        return self.name


class DialList(models.Model):
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="dial_lists")
    campaign = models.ForeignKey(Campaign, on_delete=models.SET_NULL, null=True, blank=True, related_name="dial_lists")
    name = models.CharField(max_length=255)
    description = models.CharField(max_length=255, blank=True)
    required_fields = models.CharField(
        max_length=500,
        blank=True,
        help_text=gettext_lazy("Convoso parameters, with commas, that an insert must not leave empty"),
    )
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = gettext_lazy("dial list")
        verbose_name_plural = gettext_lazy("dial lists")

    def __str__(self) -> str:
        return self.name


class HopperEntry(models.Model):
    """A lead that waits to be dialled; highest priority first, oldest first within it. Who has it: QueueClaim."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, db_index=False)
    lead = models.OneToOneField("leads.Lead", on_delete=models.CASCADE, related_name="hopper_entry")
    priority = models.PositiveSmallIntegerField(default=99, help_text=gettext_lazy("0 lowest, 99 highest"))
    expires_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = gettext_lazy("hopper entry")
        verbose_name_plural = gettext_lazy("hopper entries")
        indexes = [models.Index(fields=["organization", "-priority", "created_at"], name="hopper_order")]
        constraints = [
            models.CheckConstraint(condition=models.Q(priority__lte=99), name="hopper_priority_range"),
        ]

    def __str__(self) -> str:
        return f"lead {self.lead_id} at {self.priority}"
