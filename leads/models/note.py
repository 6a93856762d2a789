"""What an advisor wrote down about a lead."""

from django.db import models
from django.utils.translation import gettext_lazy

from crm.models import Advisor, Organization


class Note(models.Model):
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, db_index=False)
    lead = models.ForeignKey("leads.Lead", on_delete=models.CASCADE, related_name="notes_written", db_index=False)
    advisor = models.ForeignKey(Advisor, on_delete=models.SET_NULL, null=True, related_name="+")
    body = models.TextField()
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = gettext_lazy("note")
        verbose_name_plural = gettext_lazy("notes")
        indexes = [models.Index(fields=["organization", "lead", "-created_at"], name="note_of_lead")]

    def __str__(self) -> str:
        return self.body[:60]
