"""The address at which a borrower hands in papers without signing in."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.utils.translation import gettext_lazy

from crm.identifiers import new_uuid
from crm.models import Advisor, Organization
from leads.models.checklist import ChecklistItem
from leads.models.lead import Lead


class UploadLink(models.Model):
    """
    What one borrower is asked for, until when. The address holds the signed uuid (leads/upload_links.py).

    tries counts the requests of the hour that began at tries_since.
    """

    uuid = models.UUIDField(unique=True, default=new_uuid, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, db_index=False)
    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="upload_links", db_index=False)
    items = models.ManyToManyField(ChecklistItem, related_name="upload_links")
    created_by = models.ForeignKey(Advisor, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    created_by_label = models.CharField(max_length=255, blank=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    opened_at = models.DateTimeField(null=True, blank=True, help_text=gettext_lazy("when it was first looked at"))
    tries = models.PositiveIntegerField(default=0)
    tries_since = models.DateTimeField()

    class Meta:
        verbose_name = gettext_lazy("upload link")
        verbose_name_plural = gettext_lazy("upload links")
        indexes = [models.Index(fields=["lead", "-id"], name="upload_link_of_lead")]

    def __str__(self) -> str:
        return f"for {self.lead_id} until {self.expires_at:%Y-%m-%d}"

    def is_open(self, now: dt.datetime) -> bool:
        return self.revoked_at is None and now < self.expires_at
