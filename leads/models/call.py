"""Telephone calls and their recordings."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy

from crm.identifiers import new_uuid
from crm.models import Advisor, Organization
from leads.models.disposition import Outcome


class Call(models.Model):
    """
    One call. It is open from the click that begins it until somebody says how it ended.

    disposition: how it ended, in the organisation's words of that day. try_again_at: when nobody was reached.
    why_anyway: an advisor's reason to call although the gate had said not now.
    """

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, db_index=False)
    lead = models.ForeignKey("leads.Lead", on_delete=models.CASCADE, related_name="calls", db_index=False)
    advisor = models.ForeignKey(
        Advisor, on_delete=models.SET_NULL, null=True, blank=True, related_name="calls", db_index=False
    )
    is_inbound = models.BooleanField(default=False)
    phone = models.CharField(max_length=40)
    disposition = models.CharField(max_length=40, blank=True)
    outcome = models.CharField(max_length=9, choices=Outcome, blank=True)
    notes = models.TextField(blank=True)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    is_open = models.BooleanField(default=False)
    try_again_at = models.DateTimeField(null=True, blank=True)
    why_anyway = models.CharField(max_length=255, blank=True)

    class Meta:
        verbose_name = gettext_lazy("call")
        verbose_name_plural = gettext_lazy("calls")
        constraints = [
            models.UniqueConstraint(fields=["advisor", "lead"], condition=Q(is_open=True), name="call_open_once"),
        ]
        indexes = [
            models.Index(fields=["organization", "lead", "-started_at"], name="call_of_lead"),
            models.Index(
                fields=["organization", "try_again_at"],
                condition=Q(try_again_at__isnull=False),
                name="call_to_try_again",
            ),
            models.Index(fields=["advisor", "-started_at"], name="call_of_advisor"),
        ]

    def __str__(self) -> str:
        return f"{self.phone} at {self.started_at:%Y-%m-%d %H:%M}"

    @property
    def seconds(self) -> int | None:
        return int((self.ended_at - self.started_at).total_seconds()) if self.ended_at else None


class Recording(models.Model):
    uuid = models.UUIDField(unique=True, default=new_uuid, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE)
    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="recordings")
    file = models.FileField(upload_to="recordings/%Y/%m/")
    content_type = models.CharField(max_length=100, default="audio/mpeg")
    sha256 = models.CharField(max_length=64, blank=True)
    added_by_label = models.CharField(max_length=255, blank=True)
    seconds = models.PositiveIntegerField(default=0)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField()

    class Meta:
        verbose_name = gettext_lazy("recording")
        verbose_name_plural = gettext_lazy("recordings")

    def __str__(self) -> str:
        return f"{self.seconds} s of call {self.call_id}"
