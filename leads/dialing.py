"""The hopper: leads that wait to be dialled, the most urgent first."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from crm import events
from crm.models import Actor, Organization
from leads import contactability
from leads.contactability import Kind
from leads.models import Channel, DoNotCall, HopperEntry, Lead

HIGHEST_PRIORITY = 99
LONGEST_WAIT = dt.timedelta(minutes=300)


def is_do_not_call(organization: Organization, phone_e164: str) -> bool:
    """Whether the number stands on the organisation's do-not-call list, or one of its leads is marked so."""
    listed = DoNotCall.objects.filter(organization=organization, address=phone_e164, lifted_at=None)
    marked = Lead.objects.of(organization).filter(phone_e164=phone_e164, is_do_not_call=True)
    return listed.exists() or marked.exists()


@transaction.atomic
def put_in_hopper(
    lead: Lead,
    *,
    by: Actor,
    now: dt.datetime,
    priority: int = HIGHEST_PRIORITY,
    expires_at: dt.datetime | None = None,
) -> HopperEntry | None:
    """
    Let the lead wait to be dialled; None when it must never be contacted by phone or has none.

    priority: 0 lowest to 99 highest. A lead that waits already keeps its turn and gets the new priority and expiry.
    """
    if contactability.check(lead, Channel.SMS, now, automated=False).kind is Kind.NEVER:
        HopperEntry.objects.filter(lead=lead).delete()
        return None
    HopperEntry.objects.filter(lead=lead, expires_at__lte=now).delete()
    entry, is_new = HopperEntry.objects.update_or_create(
        lead=lead,
        defaults={"priority": priority, "expires_at": expires_at},
        create_defaults={
            "organization_id": lead.organization_id,
            "priority": priority,
            "expires_at": expires_at,
            "created_at": now,
        },
    )
    if is_new:
        about = {"organization": lead.organization_id, "lead_id": lead.pk, "by": by, "now": now}
        events.record("lead.queued_to_dial", **about, priority=priority)
    return entry


def waiting(organization: Organization, now: dt.datetime) -> QuerySet[HopperEntry]:
    """
    Those to dial next, in order: highest priority first, oldest first within it.

    Not those who expired, left, or came on the do-not-call list meanwhile, nor those of a list or campaign that is
    switched off. Whose they are just now stands in their queue claim.
    """
    listed = DoNotCall.objects.filter(
        organization=organization, address=OuterRef("lead__phone_e164"), lifted_at=None
    ).order_by()
    return (
        HopperEntry.objects.filter(_unexpired(now), organization=organization)
        .filter(lead__deleted_at=None, lead__archived_at=None, lead__is_do_not_call=False)
        .exclude(lead__dial_list__is_active=False)
        .exclude(lead__dial_list__campaign__is_active=False)
        .exclude(Exists(listed))
        .order_by("-priority", "created_at", "pk")
    )


def drop_expired(now: dt.datetime) -> int:
    """Forget those whose time in the hopper is over."""
    return HopperEntry.objects.filter(expires_at__lte=now).delete()[0]


def _unexpired(now: dt.datetime) -> Q:
    return Q(expires_at=None) | Q(expires_at__gt=now)
