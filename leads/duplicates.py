"""Leads that may be the same person: those with the same phone or e-mail address."""

from __future__ import annotations

import uuid as uuids
from dataclasses import dataclass

from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from crm.models import Advisor, Organization
from leads.models import Lead, LeadQuerySet, Merge

SHOWN = 3
_LONGEST_CHAIN = 20


@dataclass(frozen=True, slots=True)
class Twin:
    """Another lead, and what the two have in common: "phone" or "e-mail address"."""

    lead: Lead
    shares: str


def twins_of(lead: Lead, advisor: Advisor) -> list[Twin]:
    """
    At most SHOWN others that the advisor may see, oldest first. One indexed statement for each of the two.

    Two leads have the same external id only where one is the other's duplicate, so they have the phone in common, too.
    """
    others = (
        Lead.objects.visible_to(advisor).exclude(pk=lead.pk).select_related("advisor__user", "stage").order_by("pk")
    )
    found: dict[int, Twin] = {}
    if lead.phone_e164:
        for twin in others.filter(phone_e164=lead.phone_e164)[:SHOWN]:
            found[twin.pk] = Twin(twin, "phone")
    if lead.email:
        for twin in _with_email(others, lead.email)[:SHOWN]:
            found.setdefault(twin.pk, Twin(twin, _("e-mail address")))
    return list(found.values())[:SHOWN]


def holder_of_phone(phone_e164: str | None, advisor: Advisor) -> Lead | None:
    """The lead that answers to the number, when the advisor may see it."""
    if not phone_e164:
        return None
    return Lead.objects.visible_to(advisor).filter(phone_e164=phone_e164, duplicate_of=None).first()


def survivor_of(merged: uuids.UUID, advisor: Advisor) -> Lead | None:
    """The lead that this one was merged into, and that one perhaps again, when the advisor may see it."""
    merges = Merge.objects.filter(organization_id=advisor.organization_id, undone_at=None).select_related("kept")
    merge = merges.filter(merged__uuid=merged).first()
    for _attempt in range(_LONGEST_CHAIN):
        if merge is None or merge.kept.deleted_at is None:
            break
        merge = merges.filter(merged=merge.kept).first()
    return Lead.objects.visible_to(advisor).filter(pk=merge.kept_id).first() if merge else None


def survivor_at(organization: Organization, address: str) -> Lead | None:
    """The lead that somebody at this address was merged into, and that itself answers to another one."""
    theirs = Q(merged__email__iexact=address) if "@" in address else Q(merged__phone_e164=address)
    merges = Merge.objects.filter(theirs, merged__organization=organization, undone_at=None, kept__deleted_at=None)
    merge = merges.select_related("kept__stage", "kept__organization", "kept__conversation").order_by("pk").first()
    return merge.kept if merge else None


def _with_email(leads: LeadQuerySet, email: str) -> LeadQuerySet:
    """Worded as the index lead_by_email has it, so that it is used."""
    return leads.annotate(email_key=Lower("email")).filter(~Q(email=""), email_key=email.lower())
