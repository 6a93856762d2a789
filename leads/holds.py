"""Legal holds: what a court or a regulator may ask for is neither erased nor deleted until somebody lifts the hold."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from django.db import transaction
from django.utils.translation import gettext as _

from crm import events
from crm.models import Actor
from leads.errors import Changed, DomainError
from leads.models import Lead, LegalHold


class Held(DomainError):
    """A legal hold stands on the lead."""

    code = "held"

    def __init__(self) -> None:
        super().__init__(_("A legal hold stands on this lead: nothing of it may be deleted until it is lifted."))


@transaction.atomic
def place(lead: Lead, *, reason: str, by: Actor, now: dt.datetime) -> LegalHold:
    """Nothing of the lead goes from now on. Raises Changed when one stands already."""
    Lead.objects.select_for_update(no_key=True).get(pk=lead.pk)
    if held_among([lead.pk]):
        raise Changed(_("A hold stands on this lead already."))
    hold = LegalHold.objects.create(
        organization_id=lead.organization_id, lead=lead, reason=reason[:255], placed_by=by.label[:255], placed_at=now
    )
    _record("lead.hold_placed", hold, by, now, reason=hold.reason)
    return hold


@transaction.atomic
def lift(hold: LegalHold, *, by: Actor, now: dt.datetime) -> bool:
    """What was held may go again. False when it was lifted before."""
    if not LegalHold.objects.filter(pk=hold.pk, lifted_at=None).update(lifted_at=now, lifted_by=by.label[:255]):
        return False
    _record("lead.hold_lifted", hold, by, now)
    return True


def held_among(lead_ids: Collection[int]) -> set[int]:
    """Those of the leads on which a hold stands. One statement."""
    return set(LegalHold.objects.filter(lead_id__in=lead_ids, lifted_at=None).values_list("lead_id", flat=True))


def refuse_held(lead_ids: Collection[int]) -> None:
    """Raises Held when a hold stands on one of them. The caller holds the leads' rows."""
    if held_among(lead_ids):
        raise Held


def _record(name: str, hold: LegalHold, by: Actor, now: dt.datetime, **more: str) -> None:
    events.record(name, organization=hold.organization_id, lead_id=hold.lead_id, by=by, now=now, **more)
