"""The audit log: what happened, in a chain for each organisation that nobody can change without being seen."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy

from crm.models.event import ActorKind
from crm.models.organization import Organization


class AuditEntry(models.Model):
    """
    One link. Its hash is over the link before it and all its own columns; a trigger refuses changes and deletion.

    It says who did what to which lead and when, and nothing that an erased borrower could be known by: detail is a
    keyed digest of what the fact says besides (crm/auditing/links.py).
    """

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, db_index=False)
    number = models.BigIntegerField(help_text=gettext_lazy("1 is the oldest of the organisation's"))
    source = models.CharField(max_length=16, help_text=gettext_lazy("which table the fact stands in"))
    source_id = models.BigIntegerField()
    name = models.CharField(max_length=64)
    happened_at = models.DateTimeField()
    lead_id = models.BigIntegerField(null=True)
    actor_kind = models.CharField(max_length=10, choices=ActorKind)
    actor_id = models.BigIntegerField(null=True)
    actor_label = models.CharField(max_length=255, blank=True)
    detail = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        verbose_name = gettext_lazy("audit entry")
        verbose_name_plural = gettext_lazy("audit entries")
        constraints = [
            models.UniqueConstraint(fields=["organization", "number"], name="audit_entry_once"),
            models.UniqueConstraint(fields=["organization", "source", "source_id"], name="audit_fact_once"),
        ]
        indexes = [
            models.Index(fields=["organization", "name", "number"], name="audit_by_name"),
            models.Index(
                fields=["organization", "lead_id", "number"], condition=Q(lead_id__isnull=False), name="audit_of_lead"
            ),
            models.Index(
                fields=["organization", "actor_kind", "actor_id", "number"],
                condition=Q(actor_id__isnull=False),
                name="audit_of_actor",
            ),
            models.Index(fields=["organization", "happened_at"], name="audit_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.number}: {self.name}"


class AuditChain(models.Model):
    """
    The end of an organisation's chain, and how far it was checked.

    names: of all facts in it. locked_key: encrypted, for the digests of details. A pass over the chain has come to
    checked, whose hash was checked_hash; verified is where the last whole pass ended.
    """

    organization = models.OneToOneField(Organization, on_delete=models.PROTECT, primary_key=True)
    number = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=64, blank=True)
    chained_at = models.DateTimeField(null=True)
    names = models.JSONField(default=list)
    locked_key = models.TextField()
    checked = models.BigIntegerField(default=0)
    checked_hash = models.CharField(max_length=64, blank=True)
    pass_began_at = models.DateTimeField(null=True)
    verified = models.BigIntegerField(default=0)
    verified_at = models.DateTimeField(null=True)
    broken = models.BigIntegerField(null=True, help_text=gettext_lazy("the first link that does not hold"))

    class Meta:
        verbose_name = gettext_lazy("audit chain")
        verbose_name_plural = gettext_lazy("audit chains")

    def __str__(self) -> str:
        return f"{self.organization_id}: {self.number}"


class AuditMark(models.Model):
    """
    How far one table of facts is chained, for all organisations together.

    Facts up to mark are in the chains, those up to settled may be: nobody can still commit one before them. seen is a
    fact that becomes settled when all transactions before horizon have ended (PostgreSQL).
    """

    source = models.CharField(max_length=16, primary_key=True)
    mark = models.BigIntegerField(default=0)
    settled = models.BigIntegerField(default=0)
    seen = models.BigIntegerField(default=0)
    horizon = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = gettext_lazy("audit mark")
        verbose_name_plural = gettext_lazy("audit marks")

    def __str__(self) -> str:
        return f"{self.source}: {self.mark}"
