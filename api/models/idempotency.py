"""Answers that are kept, so that a request sent twice is done once."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy

from crm.models import Organization


class KeptAnswer(models.Model):
    """The answer to the first request with an idempotency key, byte for byte. See api/idempotency.py."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+", db_index=False)
    method = models.CharField(max_length=8)
    address = models.CharField(max_length=255, help_text=gettext_lazy("contract and path, without host and query"))
    key = models.CharField(max_length=256)
    fingerprint = models.CharField(max_length=64, help_text=gettext_lazy("of the request's body"))
    status = models.PositiveSmallIntegerField()
    content_type = models.CharField(max_length=100)
    body = models.BinaryField()
    kept_at = models.DateTimeField()

    class Meta:
        verbose_name = gettext_lazy("kept answer")
        verbose_name_plural = gettext_lazy("kept answers")
        constraints = [
            models.UniqueConstraint(fields=["organization", "method", "address", "key"], name="answer_kept_once"),
        ]
        indexes = [models.Index(fields=["kept_at"], name="answer_by_age")]

    def __str__(self) -> str:
        return f"{self.method} {self.address} {self.key}"
