"""An organisation's own account with whoever carries its texts or e-mails."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy

from crm import encryption
from crm.identifiers import opaque
from crm.models.organization import Organization


def _account_id() -> str:
    return opaque("chn_")


class Provider(models.TextChoices):
    """Keys of settings.CHANNELS."""

    TWILIO = "twilio", gettext_lazy("Twilio")
    SMTP = "smtp", gettext_lazy("e-mail server")


class AccountChannel(models.TextChoices):
    SMS = "sms", gettext_lazy("text")
    EMAIL = "email", gettext_lazy("e-mail")


class ChannelAccount(models.Model):
    """
    Whom the messages of one channel come from, and the secret that proves it, which lies here encrypted.

    twilio: external_id is the Account SID, sender a number or a messaging service (MG…), the secret the auth token.
    smtp: sender is the From address, the secret signs the webhook by which inbound e-mail comes.
    """

    public_id = models.CharField(max_length=40, unique=True, default=_account_id, editable=False)
    organization = models.ForeignKey(
        Organization, on_delete=models.CASCADE, related_name="channel_accounts", db_index=False
    )
    channel = models.CharField(max_length=8, choices=AccountChannel)
    provider = models.CharField(max_length=16, choices=Provider)
    external_id = models.CharField(max_length=64, blank=True, help_text=gettext_lazy("Twilio: Account SID"))
    sender = models.CharField(max_length=254, help_text=gettext_lazy("Twilio: number or MG…; e-mail: From address"))
    locked_secret = models.TextField(editable=False, help_text=gettext_lazy("see crm/encryption.py"))
    per_minute = models.PositiveIntegerField(
        null=True,
        blank=True,
        help_text=gettext_lazy("Messages a minute at most; empty: what the provider usually takes, 0: any"),
    )
    trouble = models.CharField(
        max_length=255, blank=True, editable=False, help_text=gettext_lazy("why the provider turns us away")
    )
    trouble_since = models.DateTimeField(null=True, editable=False)
    connected_at = models.DateTimeField()
    changed_at = models.DateTimeField(help_text=gettext_lazy("the provider knows nothing of messages from before"))
    disconnected_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = gettext_lazy("channel account")
        verbose_name_plural = gettext_lazy("channel accounts")
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "channel"],
                condition=Q(disconnected_at=None),
                name="channel_account_one_connected",
            ),
        ]
        indexes = [
            models.Index(fields=["external_id"], condition=~Q(external_id=""), name="channel_account_external"),
            models.Index(fields=["organization", "channel", "-changed_at"], name="channel_account_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.get_provider_display()} {self.sender}"

    @property
    def is_connected(self) -> bool:
        return self.disconnected_at is None

    def lock(self, secret: str) -> None:
        self.locked_secret = encryption.encrypt(secret)

    def secret(self) -> str:
        """In the clear, for the provider's client and for checking signatures. Raises encryption.Unreadable."""
        return encryption.decrypt(self.locked_secret) if self.locked_secret else ""

    def settings(self) -> dict[str, Any]:
        """What the provider's client needs, in the clear."""
        return {"external_id": self.external_id, "sender": self.sender, "secret": self.secret()}
