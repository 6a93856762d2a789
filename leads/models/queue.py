"""What advisors have said about the queue: whose a lead is just now, and until when it need not be shown."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy

from crm.models import Advisor, Organization
from leads.models.lead import Lead


class QueueClaim(models.Model):
    """One advisor works on the lead and the others leave it alone, until then. Past its time it means nothing."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, db_index=False)
    lead = models.OneToOneField(Lead, on_delete=models.CASCADE, related_name="queue_claim")
    advisor = models.ForeignKey(Advisor, on_delete=models.CASCADE, related_name="+")
    until = models.DateTimeField()

    class Meta:
        verbose_name = gettext_lazy("queue claim")
        verbose_name_plural = gettext_lazy("queue claims")

    def __str__(self) -> str:
        return f"{self.advisor_id} has {self.lead_id}"


class QueueMark(models.Model):
    """
    What the queue knew of the lead at this moment is settled; what happens later shows it again at once.

    until: settled for so long only (snoozed); empty: done. The newest word on a lead counts, so there is one row.
    """

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, db_index=False)
    lead = models.OneToOneField(Lead, on_delete=models.CASCADE, related_name="queue_mark")
    advisor = models.ForeignKey(Advisor, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)
    marked_at = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)
    tasks = models.JSONField(default=list, help_text=gettext_lazy("uuids of the tasks that were done with it"))

    class Meta:
        verbose_name = gettext_lazy("queue mark")
        verbose_name_plural = gettext_lazy("queue marks")
        indexes = [models.Index(fields=["advisor", "marked_at"], name="queue_mark_of_advisor")]

    def __str__(self) -> str:
        return f"{self.lead_id} until {self.until}" if self.until else f"{self.lead_id} done"
