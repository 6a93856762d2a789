"""An advisor's turn at the dialer: what is worked through, since when, and who was passed over."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy

from crm.models import Advisor, Organization
from leads.models.lead import Lead


class DialSession(models.Model):
    """
    One row for each advisor, of their last turn. source is what comes after the hopper and the callbacks (see
    leads/dialer.py), lead who is before the advisor now and why so; passed holds the ids of those who were skipped.
    """

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, db_index=False)
    advisor = models.OneToOneField(Advisor, on_delete=models.CASCADE, related_name="dial_session")
    source = models.CharField(max_length=60)
    started_at = models.DateTimeField()
    lead = models.ForeignKey(Lead, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    why = models.CharField(max_length=255, blank=True)
    paused_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    passed = models.JSONField(default=list)

    class Meta:
        verbose_name = gettext_lazy("dial session")
        verbose_name_plural = gettext_lazy("dial sessions")

    def __str__(self) -> str:
        return f"{self.advisor_id} since {self.started_at:%Y-%m-%d %H:%M}"
