"""Undo what was done to many leads: back into their stages as they stood there, back from deletion."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from crm import events
from crm.bulk import write_columns
from crm.models import Actor
from leads import pipeline, tallies
from leads.errors import DuplicateLead
from leads.models import Lead, Stage


@dataclass(frozen=True, slots=True)
class Place:
    """How a lead stood in its stage."""

    stage: Stage
    position: int
    entered_at: dt.datetime
    lost_reason: str
    funded_amount: str | None
    converted_at: dt.datetime | None


@transaction.atomic
def put_back_all(leads: Sequence[Lead], places: Mapping[int, Place], *, by: Actor, now: dt.datetime) -> None:
    """
    Let the leads, which the caller holds, stand where they stood: as long in the stage as before, no rule asked again.

    The moves are taken out of the stages' conversion as if they had never been.
    """
    left = {lead.pk: lead.stage for lead in leads}
    changes = [tallies.weigh(lead, -1) for lead in leads]
    for lead in leads:
        place = places[lead.pk]
        advanced = int(pipeline.is_onward(place.stage, lead.stage))
        lead.stage, lead.stage_entered_at, lead.position = place.stage, place.entered_at, place.position
        lead.lost_reason, lead.converted_at = place.lost_reason, place.converted_at
        lead.funded_amount = Lead._meta.get_field("funded_amount").to_python(place.funded_amount)
        lead.version, lead.updated_at = lead.version + 1, now
        changes.append(tallies.weigh(lead, departed=-1, advanced=-advanced))
    write_columns(leads, pipeline.MOVED)
    tallies.add(changes)
    events.record_all(pipeline.moved_fact(lead, left[lead.pk], by, now) for lead in leads)


def restore(lead: Lead, duplicates: Sequence[int], *, by: Actor, now: dt.datetime) -> None:
    """
    Take a deletion back; duplicates: who had pointed to the lead, and one of whom may answer in its place now.

    Raises DuplicateLead when somebody else answers to its phone or external id by now.
    """
    try:
        with transaction.atomic():
            _restore(lead, duplicates, now)
            events.record("lead.restored", organization=lead.organization_id, lead_id=lead.pk, by=by, now=now)
    except IntegrityError:
        raise DuplicateLead(_("Another lead answers to its phone or external id by now.")) from None


def _restore(lead: Lead, duplicates: Sequence[int], now: dt.datetime) -> None:
    changes = []
    following = Q(duplicate_of=None) | Q(duplicate_of__in=duplicates)
    heirs = Lead.objects.live().filter(following, pk__in=duplicates).select_for_update(no_key=True, of=("self",))
    for heir in heirs.order_by("pk"):
        changes.append(tallies.weigh(heir, -1))
        heir.duplicate_of = lead
        heir.save(update_fields=["duplicate_of"])
        changes.append(tallies.weigh(heir))
    if lead.duplicate_of_id and not Lead.objects.live().filter(pk=lead.duplicate_of_id, duplicate_of=None).exists():
        lead.duplicate_of = None
    lead.deleted_at, lead.updated_at = None, now
    lead.save(update_fields=["deleted_at", "updated_at", "duplicate_of"])
    tallies.add([*changes, tallies.weigh(lead)])
