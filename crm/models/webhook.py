"""Where customers want to be told of what happens, and each message that tells them."""

from __future__ import annotations

import datetime as dt
import secrets

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy

from crm.identifiers import new_uuid, opaque
from crm.models.credential import CredentialKind
from crm.models.encrypted import EncryptedField
from crm.models.event import Event
from crm.models.organization import Organization, Partner


def _endpoint_id() -> str:
    return opaque("wh_")


def new_secret() -> str:
    """A signing secret for customers who bring none: 32 random bytes in URL-safe letters."""
    return f"whsec_{secrets.token_urlsafe(32)}"


class WebhookEndpoint(models.Model):
    """
    An address of a customer's, the contract whose words it understands, and the events that it wants to hear of.

    It hears of one organisation, or of all of a partner's, also of those that are founded later.
    """

    public_id = models.CharField(max_length=40, unique=True, default=_endpoint_id, editable=False)
    organization = models.ForeignKey(
        Organization, on_delete=models.CASCADE, null=True, related_name="webhook_endpoints", db_index=False
    )
    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, null=True, related_name="webhook_endpoints")
    contract = models.CharField(max_length=12, choices=CredentialKind)
    url = models.URLField(max_length=2000)
    events = models.JSONField(
        default=list, help_text=gettext_lazy("the contract's names of events; empty: all of them")
    )
    secret = EncryptedField(max_length=255, default=new_secret)
    previous_secret = EncryptedField(max_length=255, blank=True)
    previous_secret_until = models.DateTimeField(null=True, blank=True, help_text=gettext_lazy("both sign until then"))
    is_active = models.BooleanField(default=True)
    failing_since = models.DateTimeField(
        null=True, blank=True, help_text=gettext_lazy("first failure since the last success")
    )
    switched_off_because = models.CharField(max_length=255, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = gettext_lazy("webhook endpoint")
        verbose_name_plural = gettext_lazy("webhook endpoints")
        indexes = [models.Index(fields=["organization", "is_active"], name="webhook_of_organization")]
        constraints = [
            models.CheckConstraint(
                condition=Q(organization=None, partner__isnull=False) | Q(organization__isnull=False, partner=None),
                name="webhook_of_organization_or_partner",
            ),
        ]

    def __str__(self) -> str:
        return self.url

    def organization_ids(self) -> list[int]:
        """Whose events it hears of now."""
        if self.organization_id is not None:
            return [self.organization_id]
        return list(Organization.objects.filter(partner=self.partner_id).order_by("pk").values_list("pk", flat=True))

    def wants(self, event_type: str) -> bool:
        return not self.events or event_type in self.events

    def secrets(self, now: dt.datetime) -> list[str]:
        """Those that sign now: during a rotation the old one too."""
        is_rotating = self.previous_secret and self.previous_secret_until and self.previous_secret_until > now
        return [self.secret, *([self.previous_secret] if is_rotating else [])]


class DeliveryState(models.TextChoices):
    QUEUED = "queued", gettext_lazy("Queued")
    SENDING = "sending", gettext_lazy("Sending")
    DELIVERED = "delivered", gettext_lazy("Delivered")
    FAILED = "failed", gettext_lazy("Failed")


class WebhookDelivery(models.Model):
    """One message to one endpoint, written in the transaction that made it true; body is sent as it stands."""

    uuid = models.UUIDField(unique=True, default=new_uuid, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, db_index=False)
    endpoint = models.ForeignKey(WebhookEndpoint, on_delete=models.CASCADE, related_name="deliveries", db_index=False)
    event = models.ForeignKey(Event, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)
    event_type = models.CharField(max_length=64)
    body = models.TextField()
    state = models.CharField(max_length=9, choices=DeliveryState, default=DeliveryState.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField()
    lease = models.UUIDField(null=True)
    last_status = models.PositiveSmallIntegerField(null=True)
    last_error = models.CharField(max_length=255, blank=True)
    last_answer = models.TextField(blank=True)
    created_at = models.DateTimeField()
    delivered_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = gettext_lazy("webhook delivery")
        verbose_name_plural = gettext_lazy("webhook deliveries")
        indexes = [
            models.Index(fields=["endpoint", "-id"], name="delivery_of_endpoint"),
            # A fact that goes is looked for here, by us and by the foreign key.
            models.Index(fields=["event"], condition=Q(event__isnull=False), name="delivery_of_event"),
            models.Index(
                fields=["next_attempt_at", "id"], condition=Q(state__in=["queued", "sending"]), name="delivery_due"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event_type} to {self.endpoint_id}"
