"""What the leads app does when something happens on the ground floor."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Q

from crm.events import listen
from crm.models import Event
from leads import scoring
from leads.defaults import add_stages
from leads.models import Lead


@listen("organization.founded")
def give_it_stages(events: Sequence[Event]) -> None:
    for event in events:
        add_stages(event.organization_id)


@listen("message.received")
def score_who_wrote(events: Sequence[Event]) -> None:
    """A reply is worth points, also to the duplicates that share the conversation."""
    for event in events:
        if event.lead_id:
            same_phone = Q(organization_id=event.organization_id, phone_e164=event.data["address"])
            scoring.rescore(Lead.objects.live().filter(Q(pk=event.lead_id) | same_phone))
