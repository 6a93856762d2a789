"""Files that answer what was asked, and files that nobody holds any more."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy

from crm.identifiers import new_uuid
from crm.models import Advisor, Organization
from leads.models.checklist import ChecklistItem
from leads.models.lead import Lead
from leads.models.upload_link import UploadLink


class Document(models.Model):
    """A file about a lead; item: what it answers on the checklist, empty for any other paper."""

    uuid = models.UUIDField(unique=True, default=new_uuid, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, db_index=False)
    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="documents", db_index=False)
    item = models.ForeignKey(ChecklistItem, on_delete=models.CASCADE, null=True, blank=True, related_name="documents")
    link = models.ForeignKey(
        UploadLink, on_delete=models.SET_NULL, null=True, blank=True, related_name="documents", db_index=False
    )
    file = models.FileField(max_length=100)
    name = models.CharField(max_length=255)
    content_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField(help_text=gettext_lazy("bytes"))
    sha256 = models.CharField(max_length=64, help_text=gettext_lazy("of the file as it was handed in"))
    uploaded_by = models.ForeignKey(Advisor, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    uploaded_by_label = models.CharField(max_length=255, blank=True)
    uploaded_at = models.DateTimeField()
    seen_at = models.DateTimeField(
        null=True, help_text=gettext_lazy("when an advisor first had it; empty: the borrower waits")
    )

    class Meta:
        verbose_name = gettext_lazy("document")
        verbose_name_plural = gettext_lazy("documents")
        indexes = [
            models.Index(fields=["lead", "id"], name="document_of_lead"),
            models.Index(fields=["link"], condition=Q(link__isnull=False), name="document_by_link"),
            models.Index(fields=["organization", "uploaded_at"], condition=Q(seen_at=None), name="document_unseen"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_image(self) -> bool:
        return self.content_type.startswith("image/")


class LooseFile(models.Model):
    """
    A file in storage that no row holds: one that is about to be taken, or one that is to be deleted.

    Written before the bytes are, so that whatever dies in between leaves nothing behind (leads/stored_files.py).
    """

    name = models.CharField(max_length=100, unique=True)
    not_before = models.DateTimeField(db_index=True, help_text=gettext_lazy("when it may be deleted"))

    class Meta:
        verbose_name = gettext_lazy("loose file")
        verbose_name_plural = gettext_lazy("loose files")

    def __str__(self) -> str:
        return self.name
