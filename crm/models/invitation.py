"""Invitations: somebody may take a place in an organisation, once and for some days."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy

from crm.identifiers import new_uuid
from crm.models.organization import Organization
from crm.models.user import Advisor, Role


class Invitation(models.Model):
    """Open until it is accepted, withdrawn, or past its day. Its link is signed and never stored."""

    uuid = models.UUIDField(unique=True, default=new_uuid, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField()
    role = models.CharField(max_length=8, choices=Role, default=Role.ADVISOR)
    invited_by = models.ForeignKey(Advisor, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    sent_at = models.DateTimeField(
        null=True, blank=True, help_text=gettext_lazy("Empty: the letter waits for a worker")
    )
    trouble = models.CharField(max_length=200, blank=True, help_text=gettext_lazy("Why the letter could not be sent"))
    accepted_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = gettext_lazy("invitation")
        verbose_name_plural = gettext_lazy("invitations")
        constraints = [
            models.UniqueConstraint(
                "organization",
                Lower("email"),
                condition=models.Q(accepted_at=None, withdrawn_at=None),
                name="invitation_open_once",
            ),
        ]
        indexes = [
            models.Index(
                fields=["created_at"],
                condition=models.Q(sent_at=None, accepted_at=None, withdrawn_at=None),
                name="invitation_unsent",
            ),
        ]

    def __str__(self) -> str:
        return self.email

    def is_open(self, now: dt.datetime) -> bool:
        return self.accepted_at is None and self.withdrawn_at is None and self.expires_at > now
