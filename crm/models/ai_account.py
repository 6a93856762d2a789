"""An organisation's own account with whoever runs the language model."""

from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.utils.translation import gettext_lazy

from crm import encryption
from crm.models.organization import Organization


class AiAccount(models.Model):
    """
    The model that writes for the organisation, and the key that pays for it, which lies here encrypted.

    Without one, the site's own (settings.AI_MODEL) writes, or the composer. model is "provider:name". Prices go before
    the published ones; both are given, or none.
    """

    organization = models.OneToOneField(Organization, on_delete=models.CASCADE, related_name="ai_account")
    model = models.CharField(max_length=100, help_text=gettext_lazy("openai:gpt-…, anthropic:claude-…"))
    locked_key = models.TextField(editable=False, help_text=gettext_lazy("see crm/encryption.py"))
    price_read = models.DecimalField(
        max_digits=10,
        decimal_places=4,
        null=True,
        blank=True,
        help_text=gettext_lazy("US dollars for a million tokens read"),
    )
    price_written = models.DecimalField(
        max_digits=10,
        decimal_places=4,
        null=True,
        blank=True,
        help_text=gettext_lazy("US dollars for a million tokens written"),
    )
    changed_at = models.DateTimeField()

    class Meta:
        verbose_name = gettext_lazy("AI account")
        verbose_name_plural = gettext_lazy("AI accounts")

    def __str__(self) -> str:
        return self.model

    @property
    def prices(self) -> tuple[Decimal, Decimal] | None:
        if self.price_read is None or self.price_written is None:
            return None
        return self.price_read, self.price_written

    def lock(self, key: str) -> None:
        self.locked_key = encryption.encrypt(key)

    def key(self) -> str:
        """In the clear, for the provider's client. Raises encryption.Unreadable."""
        return encryption.decrypt(self.locked_key)
