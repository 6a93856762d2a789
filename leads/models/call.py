"""Telephone calls and their recordings."""

from __future__ import annotations

from django.db import models

from crm.identifiers import new_uuid
from crm.models import Advisor, Organization


class Call(models.Model):
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, db_index=False)
    lead = models.ForeignKey("leads.Lead", on_delete=models.CASCADE, related_name="calls", db_index=False)
    advisor = models.ForeignKey(Advisor, on_delete=models.SET_NULL, null=True, blank=True, related_name="calls")
    is_inbound = models.BooleanField(default=False)
    phone = models.CharField(max_length=40)
    disposition = models.CharField(max_length=40, blank=True)
    notes = models.TextField(blank=True)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["organization", "lead", "-started_at"], name="call_of_lead")]

    def __str__(self) -> str:
        return f"{self.phone} at {self.started_at:%Y-%m-%d %H:%M}"


class Recording(models.Model):
    uuid = models.UUIDField(unique=True, default=new_uuid, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE)
    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="recordings")
    file = models.FileField(upload_to="recordings/%Y/%m/")
    content_type = models.CharField(max_length=100, default="audio/mpeg")
    seconds = models.PositiveIntegerField(default=0)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.seconds} s of call {self.call_id}"
