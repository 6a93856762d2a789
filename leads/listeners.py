"""What the leads app does when something happens on the ground floor."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Q

from crm.events import listen
from crm.models import Actor, Event
from leads import handoffs, outcomes, scoring
from leads.defaults import add_stages
from leads.handoff_words import asks_for_person
from leads.models import Lead, Message


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


@listen("message.received")
def see_what_it_begins(events: Sequence[Event]) -> None:
    """The first word starts the conversation; asking for a person calls one in."""
    received = {event.data["message"]: event.happened_at for event in events}
    for message in Message.objects.filter(uuid__in=received).select_related("conversation", "lead__organization"):
        now = received[str(message.uuid)]
        if message.conversation.message_count == 1:
            outcomes.tell_started([message], now)
        if asks_for_person(message.body):
            handoffs.call_in(message, by=Actor.borrower(message.author_label or message.address), now=now)
