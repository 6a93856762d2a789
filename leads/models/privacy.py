"""What borrowers are owed: a copy of what is held, that it goes, and that it stays while a court may ask for it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.identifiers import new_uuid
from crm.models import Advisor, Organization
from leads.models.do_not_call import Suppression
from leads.models.lead import Lead


class LegalHold(models.Model):
    """While it stands, nothing of the lead is erased, deleted or cleared away by age."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, db_index=False)
    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="legal_holds", db_index=False)
    reason = models.CharField(max_length=255)
    placed_by = models.CharField(max_length=255)
    placed_at = models.DateTimeField()
    lifted_by = models.CharField(max_length=255, blank=True)
    lifted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("legal hold")
        verbose_name_plural = _("legal holds")
        constraints = [models.UniqueConstraint(fields=["lead"], condition=Q(lifted_at=None), name="legal_hold_once")]
        indexes = [models.Index(fields=["organization", "-id"], name="legal_hold_newest")]

    def __str__(self) -> str:
        return self.reason


class ErasedLead(models.Model):
    """A lead of which only the skeleton is left."""

    lead = models.OneToOneField(Lead, on_delete=models.CASCADE, primary_key=True, related_name="erasure")
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, db_index=False)
    erased_by = models.CharField(max_length=255)
    erased_at = models.DateTimeField()

    class Meta:
        verbose_name = _("erased lead")
        verbose_name_plural = _("erased leads")
        indexes = [models.Index(fields=["organization", "-erased_at"], name="erased_lead_newest")]

    def __str__(self) -> str:
        return f"lead {self.lead_id}"


class ErasedAddress(models.Model):
    """
    An address of somebody erased that must still not be contacted, as a digest (crm/blinding.py).

    When it comes in again, with whatever lead, it is on the list again (leads/remembering.py).
    """

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, db_index=False)
    digest = models.CharField(max_length=64)
    kind = models.CharField(max_length=12, choices=Suppression)
    since = models.DateTimeField()

    class Meta:
        verbose_name = _("erased address")
        verbose_name_plural = _("erased addresses")
        constraints = [
            models.UniqueConstraint(fields=["organization", "digest", "kind"], name="erased_address_once"),
        ]

    def __str__(self) -> str:
        return f"{self.digest[:8]}…: {self.get_kind_display()}"


class ExportState(models.TextChoices):
    WAITING = "waiting", _("being prepared")
    READY = "ready", _("ready")
    FAILED = "failed", _("failed")


class BorrowerExport(models.Model):
    """A ZIP of everything held about a borrower; its file is a loose one, which is swept when it expires."""

    uuid = models.UUIDField(unique=True, default=new_uuid, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, db_index=False)
    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="exports", db_index=False)
    advisor = models.ForeignKey(Advisor, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)
    state = models.CharField(max_length=7, choices=ExportState, default=ExportState.WAITING)
    file = models.CharField(max_length=100, blank=True)
    size = models.PositiveBigIntegerField(default=0, help_text=_("bytes"))
    claimed_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        verbose_name = _("borrower export")
        verbose_name_plural = _("borrower exports")
        indexes = [
            models.Index(fields=["lead", "-id"], name="borrower_export_of_lead"),
            models.Index(fields=["id"], condition=Q(state="waiting"), name="borrower_export_waiting"),
            models.Index(fields=["expires_at"], name="borrower_export_by_age"),
        ]

    def __str__(self) -> str:
        return f"of lead {self.lead_id}"


class RetentionRule(models.Model):
    """
    What goes by itself when it is so many days old; kind names it (leads/retention.py). Without a row it stays.

    next_at is when a worker looks again; cursor is how far the round of this night has come.
    """

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, db_index=False)
    kind = models.CharField(max_length=12)
    days = models.PositiveIntegerField()
    cursor = models.BigIntegerField(default=0)
    next_at = models.DateTimeField(db_index=True)
    set_by = models.CharField(max_length=255)
    set_at = models.DateTimeField()

    class Meta:
        verbose_name = _("retention rule")
        verbose_name_plural = _("retention rules")
        constraints = [models.UniqueConstraint(fields=["organization", "kind"], name="retention_rule_once")]

    def __str__(self) -> str:
        return f"{self.kind} after {self.days} days"
