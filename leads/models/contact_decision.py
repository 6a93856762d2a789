"""Why a message did not go out, or went out later: one row for each refusal or deferral."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy

from crm.models import Organization


class ContactDecision(models.Model):
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, db_index=False)
    lead = models.ForeignKey("leads.Lead", on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)
    address = models.CharField(max_length=254)
    channel = models.CharField(max_length=8)
    purpose = models.CharField(
        max_length=255, help_text=gettext_lazy("what was about to be said, such as a sequence's step")
    )
    verdict = models.CharField(max_length=8)
    rule = models.CharField(max_length=32)
    words = models.CharField(max_length=255)
    inputs = models.JSONField(default=dict)
    until = models.DateTimeField(null=True)
    decided_at = models.DateTimeField()

    class Meta:
        verbose_name = gettext_lazy("contact decision")
        verbose_name_plural = gettext_lazy("contact decisions")
        indexes = [
            models.Index(fields=["organization", "address", "-decided_at"], name="decision_of_address"),
            models.Index(fields=["organization", "lead", "-decided_at"], name="decision_of_lead"),
        ]

    def __str__(self) -> str:
        return f"{self.verdict}: {self.words}"
