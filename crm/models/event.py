"""Facts: what happened, to which lead, when, and by whom. Written in the transaction that made them true."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import gettext_lazy

from crm.models.organization import Organization

if TYPE_CHECKING:
    from crm.models.credential import Credential
    from crm.models.user import Advisor


class ActorKind(models.TextChoices):
    ADVISOR = "advisor", gettext_lazy("Advisor")
    CREDENTIAL = "credential", gettext_lazy("Credential")
    SEQUENCE = "sequence", gettext_lazy("Sequence")
    BORROWER = "borrower", gettext_lazy("Borrower")
    SYSTEM = "system", gettext_lazy("System")


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did it. The label is kept with each fact, so that it still reads when the person or key is gone."""

    kind: ActorKind
    label: str
    id: int | None = None

    @classmethod
    def advisor(cls, advisor: Advisor) -> Actor:
        return cls(ActorKind.ADVISOR, advisor.name, advisor.pk)

    @classmethod
    def credential(cls, credential: Credential) -> Actor:
        return cls(ActorKind.CREDENTIAL, str(credential), credential.pk)

    @classmethod
    def sequence(cls, name: str) -> Actor:
        return cls(ActorKind.SEQUENCE, name)

    @classmethod
    def borrower(cls, name: str) -> Actor:
        return cls(ActorKind.BORROWER, name)

    @classmethod
    def system(cls, label: str = "Leadwright") -> Actor:
        return cls(ActorKind.SYSTEM, label)


class Event(models.Model):
    """One past-tense fact, such as lead.created. Leads live upstairs, so only their id is known here."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, db_index=False)
    lead_id = models.BigIntegerField(null=True)
    name = models.CharField(max_length=64)
    happened_at = models.DateTimeField()
    actor_kind = models.CharField(max_length=10, choices=ActorKind)
    actor_id = models.BigIntegerField(null=True)
    actor_label = models.CharField(max_length=255)
    data = models.JSONField(default=dict)

    class Meta:
        verbose_name = gettext_lazy("event")
        verbose_name_plural = gettext_lazy("events")
        indexes = [
            models.Index(fields=["organization", "lead_id", "-happened_at"], name="event_of_lead"),
            models.Index(fields=["organization", "-id"], name="event_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.name} by {self.actor_label}"
