"""Organisations: the lenders and brokers whose leads we keep apart from everybody else's."""

import datetime as dt
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy

from crm.identifiers import account_id


class Partner(models.Model):
    """Holds keys that reach several organisations (RecoverBiz: one key, many sub-accounts)."""

    name = models.CharField(max_length=255)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = gettext_lazy("partner")
        verbose_name_plural = gettext_lazy("partners")

    def __str__(self) -> str:
        return self.name


class LeadVisibility(models.TextChoices):
    ALL = "all", gettext_lazy("all leads")
    OWN = "own", gettext_lazy("their own and unassigned leads")


class Organization(models.Model):
    public_id = models.CharField(max_length=40, unique=True, default=account_id, editable=False)
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="organizations")
    name = models.CharField(max_length=255)
    time_zone = models.CharField(max_length=64, default="America/New_York", help_text=gettext_lazy("IANA name"))
    language = models.CharField(max_length=8, choices=settings.LANGUAGES, default="en")
    is_active = models.BooleanField(default=True)
    is_demo = models.BooleanField(default=False, help_text=gettext_lazy("Pages offer to play the borrower"))
    requires_second_step = models.BooleanField(
        default=False,
        help_text=gettext_lazy("Nobody gets in with a password alone: an authenticator app or a passkey besides"),
    )
    advisors_see = models.CharField(max_length=8, choices=LeadVisibility, default=LeadVisibility.ALL)
    advisors_may_export = models.BooleanField(
        default=False, help_text=gettext_lazy("Advisors may download the leads that they see")
    )
    advisors_may_import = models.BooleanField(
        default=False, help_text=gettext_lazy("Advisors may bring in files of leads")
    )
    quiet_hours = models.BooleanField(
        default=True, help_text=gettext_lazy("Automated messages only in the recipient's day")
    )
    contact_from = models.TimeField(default=dt.time(8), help_text=gettext_lazy("Recipient's local time"))
    contact_until = models.TimeField(default=dt.time(21), help_text=gettext_lazy("Recipient's local time"))
    business_from = models.TimeField(default=dt.time(9), help_text=gettext_lazy("The organisation's own time"))
    business_until = models.TimeField(default=dt.time(17), help_text=gettext_lazy("The organisation's own time"))
    business_days = models.CharField(
        max_length=7,
        default="12345",
        help_text=gettext_lazy("Days on which somebody is there, 1 Monday to 7 Sunday; no holidays"),
    )
    requires_consent = models.BooleanField(
        default=False, help_text=gettext_lazy("No automated step without a recorded basis")
    )
    ai_pause_hours = models.PositiveSmallIntegerField(
        default=4, help_text=gettext_lazy("For how long an advisor's own message keeps the AI silent")
    )
    click_to_call = models.CharField(
        max_length=300,
        blank=True,
        help_text=gettext_lazy("What opens for a call, with {number} or {digits}; empty: tel:{number}"),
    )
    call_script = models.TextField(blank=True, help_text=gettext_lazy("What advisors see while they call"))
    link_hosts = models.CharField(
        max_length=500,
        blank=True,
        help_text=gettext_lazy("Where texts that no person wrote may link to: acme.example, apply.acme.example"),
    )
    sending_stopped_at = models.DateTimeField(null=True, editable=False)
    sending_stopped_by = models.CharField(max_length=255, blank=True, editable=False)
    sending_stopped_why = models.CharField(max_length=255, blank=True, editable=False)
    is_stopped_with_all = models.BooleanField(
        default=False, editable=False, help_text=gettext_lazy("Whoever runs the site has stopped everybody's messages")
    )
    ai_monthly_cap = models.DecimalField(
        max_digits=9,
        decimal_places=2,
        null=True,
        blank=True,
        help_text=gettext_lazy("US dollars that models may cost in a month; then the composer writes. Empty: no cap"),
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = gettext_lazy("organization")
        verbose_name_plural = gettext_lazy("organizations")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(contact_from__lt=models.F("contact_until")), name="organization_contact_window"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        """What its people's clocks show; UTC for a name that nobody knows any more."""
        try:
            return ZoneInfo(self.time_zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            return ZoneInfo("UTC")
