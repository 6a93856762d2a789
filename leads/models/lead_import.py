"""Files of leads: what was in one, and what its columns were taken for."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy

from crm.models import Organization
from leads.models.bulk_job import BulkJob


class LeadImport(models.Model):
    """
    A file, beside the job that brings its rows in.

    Until somebody has said what its columns are, the bytes lie in storage under stored; then each row is a BulkRow
    whose given is the list of its cells.
    """

    job = models.OneToOneField(BulkJob, on_delete=models.CASCADE, primary_key=True, related_name="file")
    name = models.CharField(max_length=255)
    stored = models.CharField(max_length=100, blank=True)
    sheet = models.CharField(max_length=100, blank=True, help_text=gettext_lazy("which of several"))
    headings = models.JSONField(default=list)
    sample = models.JSONField(default=list, help_text=gettext_lazy("the first rows: a number and cells each"))
    blank_rows = models.PositiveIntegerField(default=0)
    trouble = models.CharField(max_length=255, blank=True, help_text=gettext_lazy("why its rows could not be read"))
    is_read = models.BooleanField(default=False, help_text=gettext_lazy("its rows are rows of the job"))
    is_checked = models.BooleanField(default=False, help_text=gettext_lazy("it was tried out as its job's options say"))
    created = models.PositiveIntegerField(default=0)
    updated = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = gettext_lazy("import")
        verbose_name_plural = gettext_lazy("imports")

    def __str__(self) -> str:
        return self.name


class ImportKey(models.Model):
    """While a file is tried out: which of its rows would be the first with a phone number or external id."""

    job = models.ForeignKey(BulkJob, on_delete=models.CASCADE, related_name="+", db_index=False)
    key = models.CharField(max_length=300)
    number = models.PositiveIntegerField()

    class Meta:
        verbose_name = gettext_lazy("import key")
        verbose_name_plural = gettext_lazy("import keys")
        constraints = [models.UniqueConstraint(fields=["job", "key"], name="import_key_once")]

    def __str__(self) -> str:
        return f"{self.key}: row {self.number}"


class ImportMapping(models.Model):
    """What somebody said the columns of files with these headings are; the next such file begins with it."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, db_index=False)
    fingerprint = models.CharField(max_length=64, help_text=gettext_lazy("of the headings"))
    targets = models.JSONField(default=list)
    used_at = models.DateTimeField()

    class Meta:
        verbose_name = gettext_lazy("import mapping")
        verbose_name_plural = gettext_lazy("import mappings")
        constraints = [models.UniqueConstraint(fields=["organization", "fingerprint"], name="import_mapping_once")]

    def __str__(self) -> str:
        return f"{len(self.targets)} columns"
