"""How calls end: an organisation's own list of words, each with what it means and what it does."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy

from crm.identifiers import new_uuid
from crm.models import Organization


class Outcome(models.TextChoices):
    """What a call came to, whatever the organisation calls it."""

    REACHED = "reached", gettext_lazy("somebody was reached")
    VOICEMAIL = "voicemail", gettext_lazy("a message was left")
    MISSED = "missed", gettext_lazy("nobody was reached")


class Does(models.TextChoices):
    """What follows from it; leads/calling.py has each."""

    NOTHING = "", gettext_lazy("nothing more")
    RETRY = "retry", gettext_lazy("try again after a while")
    CALLBACK = "callback", gettext_lazy("ask when to call back")
    WRONG_NUMBER = "wrong_number", gettext_lazy("mark the number as wrong")
    DO_NOT_CALL = "do_not_call", gettext_lazy("do not call again")


class Disposition(models.Model):
    uuid = models.UUIDField(unique=True, default=new_uuid, editable=False)
    organization = models.ForeignKey(
        Organization, on_delete=models.CASCADE, related_name="dispositions", db_index=False
    )
    label = models.CharField(max_length=40)
    outcome = models.CharField(max_length=9, choices=Outcome)
    does = models.CharField(max_length=12, choices=Does, default=Does.NOTHING, blank=True)
    retry_after = models.PositiveSmallIntegerField(default=0, help_text=gettext_lazy("minutes"))
    position = models.PositiveSmallIntegerField()

    class Meta:
        verbose_name = gettext_lazy("call ending")
        verbose_name_plural = gettext_lazy("call endings")
        constraints = [
            models.UniqueConstraint(fields=["organization", "label"], name="disposition_label_once"),
            models.CheckConstraint(condition=models.Q(outcome__in=Outcome.values), name="disposition_outcome_known"),
            models.CheckConstraint(
                condition=~models.Q(does=Does.RETRY) | models.Q(retry_after__gt=0),
                name="disposition_retry_has_its_time",
            ),
        ]
        indexes = [models.Index(fields=["organization", "position"], name="disposition_order")]

    def __str__(self) -> str:
        return self.label
