"""What was written by a model or the composer: for what, from what, at what price, and what the checks said of it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy

from crm.models import Advisor, Organization
from leads.models.message import Conversation, Message


class Purpose(models.TextChoices):
    STEP = "step", gettext_lazy("step of a sequence")
    REPLY = "reply", gettext_lazy("draft for an advisor")
    SUMMARY = "summary", gettext_lazy("Summary")


class Generation(models.Model):
    """
    One text that was asked for, kept as it was written; a person may have changed what then went out.

    model is "" for the composer, which needs none. prompt is what was handed over, word for word; prompt_version names
    the standing rules that went with it. cost is in US dollars, empty when nobody knows the price. findings are the
    reasons why a person looks at it first; error says why there is no text.
    """

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, db_index=False)
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, db_index=False)
    message = models.ForeignKey(
        Message, on_delete=models.CASCADE, null=True, related_name="generations", db_index=False
    )
    purpose = models.CharField(max_length=7, choices=Purpose)
    asked_by = models.ForeignKey(Advisor, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)
    model = models.CharField(max_length=100, blank=True)
    prompt_version = models.CharField(max_length=16, blank=True)
    prompt = models.JSONField(default=dict)
    text = models.TextField(blank=True)
    subject = models.CharField(max_length=255, blank=True)
    wants_handoff = models.BooleanField(default=False)
    reason = models.CharField(
        max_length=500, blank=True, help_text=gettext_lazy("the writer's own, for a person to read")
    )
    findings = models.JSONField(default=list)
    error = models.CharField(max_length=255, blank=True)
    input_tokens = models.PositiveIntegerField(default=0)
    output_tokens = models.PositiveIntegerField(default=0)
    cost = models.DecimalField(max_digits=12, decimal_places=6, null=True)
    milliseconds = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = gettext_lazy("generation")
        verbose_name_plural = gettext_lazy("generations")
        indexes = [
            models.Index(fields=["message", "-id"], condition=Q(message__isnull=False), name="generation_of_message"),
            models.Index(fields=["conversation", "-id"], name="generation_of_conversation"),
            models.Index(fields=["organization", "-created_at"], name="generation_of_organization"),
            models.Index(
                fields=["organization", "created_at", "cost"], condition=Q(cost__isnull=False), name="generation_cost"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_purpose_display()} by {self.writer}"

    @property
    def writer(self) -> str:
        """Who wrote it, for a person."""
        return self.model or "the composer, without a model"
