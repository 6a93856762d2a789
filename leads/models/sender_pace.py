"""How fast a sender may go: one row for each number or account that has a rate."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy


class SenderPace(models.Model):
    """
    next_at is when the sender's next message would be due if all went at an even pace (GCRA's arrival time).

    sender names the number or account, not the organisation: two that share a number share its pace.
    """

    sender = models.CharField(max_length=400, unique=True)
    next_at = models.DateTimeField()

    class Meta:
        verbose_name = gettext_lazy("sender pace")
        verbose_name_plural = gettext_lazy("sender paces")

    def __str__(self) -> str:
        return self.sender
