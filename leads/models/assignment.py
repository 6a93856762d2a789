"""Who gets a new lead: rules in order, the advisors each names, whose turn it was, and leads that are offered."""

from __future__ import annotations

import datetime as dt
from typing import Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.identifiers import new_uuid
from crm.models import Advisor, Organization
from leads.models.dial_list import Campaign, DialList
from leads.models.lead import Lead


class Way(models.TextChoices):
    """How a rule finds somebody."""

    TURNS = "turns", _("in turns")
    ADVISOR = "advisor", _("to one advisor")
    CLAIM = "claim", _("first to claim")
    NOBODY = "nobody", _("leave unassigned")


class AssignmentRule(models.Model):
    """
    The first rule that fits a lead, and has somebody who may take it, decides. An empty condition holds for any lead.

    sources are values of Source, states two letters each; product and source_label are compared without regard to case.
    """

    uuid = models.UUIDField(unique=True, default=new_uuid, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, db_index=False)
    name = models.CharField(max_length=80)
    position = models.PositiveSmallIntegerField()
    is_active = models.BooleanField(default=True)
    sources = models.JSONField(default=list, blank=True)
    source_label = models.CharField(max_length=100, blank=True)
    states = models.JSONField(default=list, blank=True)
    product = models.CharField(max_length=100, blank=True)
    least_amount = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    most_amount = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    dial_list = models.ForeignKey(DialList, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    way = models.CharField(max_length=8, choices=Way, default=Way.TURNS)
    claim_minutes = models.PositiveSmallIntegerField(
        default=10, validators=[MinValueValidator(1), MaxValueValidator(1440)], help_text=_("how long an offer stands")
    )

    class Meta:
        verbose_name = _("assignment rule")
        verbose_name_plural = _("assignment rules")
        constraints = [
            models.CheckConstraint(condition=Q(way__in=Way.values), name="assignment_way_known"),
            models.CheckConstraint(
                condition=Q(least_amount=None) | Q(most_amount=None) | Q(least_amount__lte=models.F("most_amount")),
                name="assignment_amounts_in_order",
            ),
        ]
        indexes = [models.Index(fields=["organization", "position"], name="assignment_order")]

    def __str__(self) -> str:
        return self.name


class AssignmentMember(models.Model):
    """An advisor whom a rule names. With a weight of 2 every round has two turns for them."""

    rule = models.ForeignKey(AssignmentRule, on_delete=models.CASCADE, related_name="members", db_index=False)
    advisor = models.ForeignKey(Advisor, on_delete=models.CASCADE, related_name="+")
    weight = models.PositiveSmallIntegerField(
        default=1, validators=[MinValueValidator(1), MaxValueValidator(9)], help_text=_("turns in a round")
    )

    class Meta:
        verbose_name = _("member of an assignment rule")
        verbose_name_plural = _("members of assignment rules")
        constraints = [
            models.UniqueConstraint(fields=["rule", "advisor"], name="assignment_member_once"),
            models.CheckConstraint(condition=Q(weight__gte=1), name="assignment_weight_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.advisor_id} in rule {self.rule_id}"


class AssignmentTurn(models.Model):
    """
    When in a rule's rounds (not by the clock) an advisor had a turn. The newest row of each advisor counts.

    Rows are only ever inserted, together with the lead; leads/assigning.py forgets all but the newest.
    """

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, db_index=False)
    rule = models.ForeignKey(AssignmentRule, on_delete=models.CASCADE, related_name="turns", db_index=False)
    advisor = models.ForeignKey(Advisor, on_delete=models.CASCADE, related_name="+", db_index=False)
    at = models.BigIntegerField()

    class Meta:
        verbose_name = _("assignment turn")
        verbose_name_plural = _("assignment turns")
        indexes = [models.Index(fields=["rule", "advisor", "-at"], name="assignment_turn_newest")]

    def __str__(self) -> str:
        return f"{self.advisor_id} at {self.at}"


class OfferState(models.TextChoices):
    OPEN = "open", _("Open")
    TAKEN = "taken", _("Taken")
    EXPIRED = "expired", _("nobody took it in time")
    WITHDRAWN = "withdrawn", _("given to somebody meanwhile")


class OfferQuerySet(models.QuerySet["Offer"]):
    def standing(self, now: dt.datetime) -> Self:
        return self.filter(state=OfferState.OPEN, expires_at__gt=now)


class Offer(models.Model):
    """A lead that a group may claim; the first of them gets it, and after expires_at the next rule has its say."""

    uuid = models.UUIDField(unique=True, default=new_uuid, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, db_index=False)
    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="offers", db_index=False)
    rule = models.ForeignKey(AssignmentRule, on_delete=models.SET_NULL, null=True, related_name="+")
    rule_name = models.CharField(max_length=80)
    position = models.PositiveSmallIntegerField(help_text=_("of the rule; those after it come next"))
    advisors = models.ManyToManyField(Advisor, related_name="offers")
    state = models.CharField(max_length=9, choices=OfferState, default=OfferState.OPEN)
    offered_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    taken_by = models.ForeignKey(Advisor, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)
    closed_at = models.DateTimeField(null=True)

    objects = OfferQuerySet.as_manager()

    class Meta:
        verbose_name = _("offer")
        verbose_name_plural = _("offers")
        constraints = [
            models.UniqueConstraint(fields=["lead"], condition=Q(state="open"), name="offer_open_once"),
        ]
        indexes = [
            models.Index(fields=["expires_at"], condition=Q(state="open"), name="offer_due"),
            models.Index(fields=["lead", "-id"], name="offer_of_lead"),
        ]

    def __str__(self) -> str:
        return f"{self.rule_name}: lead {self.lead_id}"
