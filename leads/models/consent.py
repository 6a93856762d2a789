"""That somebody agreed to be contacted: on which basis, how we know, since when, and until when."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy

from crm.models import Organization


class ConsentBasis(models.TextChoices):
    NONE = "", gettext_lazy("none recorded")
    PARTNER = "partner_attested", gettext_lazy("partner attested")
    WEB_FORM = "web_form", gettext_lazy("web form")
    ADVISOR = "advisor", gettext_lazy("advisor attested")
    BORROWER = "borrower", gettext_lazy("the borrower's own word")


class Consent(models.Model):
    """
    For an address, on the channels that it serves. Rows are revoked, never deleted: they are the proof.

    evidence says where the proof lies (a form's address, a message, a partner's reference).
    """

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, db_index=False)
    address = models.CharField(
        max_length=254, help_text=gettext_lazy("E.164 phone number, or e-mail address in lower case")
    )
    channels = models.CharField(max_length=20, help_text=gettext_lazy("such as sms,call"))
    basis = models.CharField(max_length=16, choices=ConsentBasis)
    source = models.CharField(max_length=255, blank=True)
    evidence = models.CharField(max_length=255, blank=True)
    actor_label = models.CharField(max_length=255, blank=True)
    recorded_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_because = models.CharField(max_length=255, blank=True)

    class Meta:
        verbose_name = gettext_lazy("consent")
        verbose_name_plural = gettext_lazy("consents")
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "address", "basis", "source"],
                condition=Q(revoked_at=None),
                name="consent_once",
            ),
        ]
        indexes = [models.Index(fields=["organization", "address"], name="consent_of_address")]

    def __str__(self) -> str:
        return f"{self.address}: {self.get_basis_display()}"
