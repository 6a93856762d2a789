"""Leads that may be the same person: those with the same phone or e-mail address."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q
from django.db.models.functions import Lower

from crm.models import Advisor
from leads.models import Lead, LeadQuerySet

SHOWN = 3


@dataclass(frozen=True, slots=True)
class Twin:
    """Another lead, and what the two have in common: "phone" or "e-mail address"."""

    lead: Lead
    shares: str


def twins_of(lead: Lead, advisor: Advisor) -> list[Twin]:
    """At most SHOWN others that the advisor may see, oldest first. One indexed statement for each of the two."""
    others = (
        Lead.objects.visible_to(advisor).exclude(pk=lead.pk).select_related("advisor__user", "stage").order_by("pk")
    )
    found: dict[int, Twin] = {}
    if lead.phone_e164:
        for twin in others.filter(phone_e164=lead.phone_e164)[:SHOWN]:
            found[twin.pk] = Twin(twin, "phone")
    if lead.email:
        for twin in _with_email(others, lead.email)[:SHOWN]:
            found.setdefault(twin.pk, Twin(twin, "e-mail address"))
    return list(found.values())[:SHOWN]


def holder_of_phone(phone_e164: str | None, advisor: Advisor) -> Lead | None:
    """The lead that answers to the number, when the advisor may see it."""
    if not phone_e164:
        return None
    return Lead.objects.visible_to(advisor).filter(phone_e164=phone_e164, duplicate_of=None).first()


def _with_email(leads: LeadQuerySet, email: str) -> LeadQuerySet:
    """Worded as the index lead_by_email has it, so that it is used."""
    return leads.annotate(email_key=Lower("email")).filter(~Q(email=""), email_key=email.lower())
