"""What advisors are told of, in the page and by e-mail, and how each of them wants it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.identifiers import new_uuid
from crm.models.organization import Organization
from crm.models.user import Advisor


class MailState(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    SENT = "sent", _("Sent")
    NONE = "none", _("not wanted")
    FAILED = "failed", _("Failed")


class MailChoice(models.TextChoices):
    NOW = "now", _("At once")
    DAILY = "daily", _("Once a day")
    OFF = "off", _("No e-mail")


class Notification(models.Model):
    """
    One advisor is told one thing. key names the thing, so that nobody is told twice.

    Leads live upstairs, so only the lead's uuid is known here. mail_at is when the letter may go out, or may be tried
    again; whoever writes it holds the row by mail_lease until then.
    """

    uuid = models.UUIDField(unique=True, default=new_uuid, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, db_index=False)
    advisor = models.ForeignKey(Advisor, on_delete=models.CASCADE, related_name="notifications", db_index=False)
    kind = models.CharField(max_length=30)
    key = models.CharField(max_length=120)
    lead_uuid = models.UUIDField(null=True)
    data = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    mail_state = models.CharField(max_length=7, choices=MailState, default=MailState.WAITING)
    mail_at = models.DateTimeField()
    mail_attempts = models.PositiveSmallIntegerField(default=0)
    mail_lease = models.UUIDField(null=True)

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        constraints = [models.UniqueConstraint(fields=["advisor", "key"], name="notification_once")]
        indexes = [
            models.Index(fields=["advisor"], condition=Q(read_at=None), name="notification_unread"),
            models.Index(fields=["advisor", "-id"], name="notification_newest"),
            models.Index(fields=["mail_at"], condition=Q(mail_state="waiting"), name="notification_to_mail"),
            models.Index(fields=["read_at"], condition=Q(read_at__isnull=False), name="notification_read"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} for {self.advisor_id}"


class NotificationChoice(models.Model):
    """How an advisor wants to be told of one kind by e-mail; without a row it is as the kind has it."""

    advisor = models.ForeignKey(Advisor, on_delete=models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=30)
    mail = models.CharField(max_length=5, choices=MailChoice)

    class Meta:
        verbose_name = _("notification choice")
        verbose_name_plural = _("notification choices")
        constraints = [models.UniqueConstraint(fields=["advisor", "kind"], name="notification_choice_once")]

    def __str__(self) -> str:
        return f"{self.kind}: {self.mail}"
