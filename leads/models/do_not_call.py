"""Addresses that must not be contacted, and why."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy

from crm.models import Organization


class Suppression(models.TextChoices):
    OPT_OUT = "opt_out", gettext_lazy("opted out")
    DO_NOT_CALL = "do_not_call", gettext_lazy("do not call")
    WRONG_NUMBER = "wrong_number", gettext_lazy("wrong number")


class DoNotCall(models.Model):
    """
    A phone number or e-mail address on the organisation's do-not-contact list.

    An opt-out came from the borrower and is lifted by START; a do-not-call came from the organisation and is lifted
    only by a person. A wrong number is somebody else's, or nobody's. Rows are lifted, never deleted: they are
    the proof.
    """

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, db_index=False)
    address = models.CharField(
        max_length=254, help_text=gettext_lazy("E.164 phone number, or e-mail address in lower case")
    )
    kind = models.CharField(max_length=12, choices=Suppression)
    reason = models.CharField(max_length=255, blank=True)
    actor_label = models.CharField(max_length=255, blank=True)
    created_at = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by = models.CharField(max_length=255, blank=True)

    class Meta:
        verbose_name = gettext_lazy("do-not-call entry")
        verbose_name_plural = gettext_lazy("do-not-call entries")
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "address", "kind"],
                condition=Q(lifted_at=None),
                name="do_not_call_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.address}: {self.get_kind_display()}"
