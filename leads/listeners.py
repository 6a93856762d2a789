"""What the leads app does when something happens on the ground floor."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from functools import partial

from django.db import transaction
from django.db.models import Q, QuerySet

from crm.events import listen
from crm.models import Actor, Event
from leads import advisor_tasks, approving, handoffs, offering, outcomes, scoring
from leads.defaults import add_stages
from leads.dispositions import add_usual
from leads.handoff_words import asks_for_person
from leads.models import Conversation, Lead, Message, Task


@listen("organization.founded")
def give_it_stages(events: Sequence[Event]) -> None:
    for event in events:
        add_stages(event.organization_id)


@listen("organization.founded")
def give_it_ways_to_end_a_call(events: Sequence[Event]) -> None:
    for event in events:
        add_usual(event.organization_id)


@listen("message.received")
def score_who_wrote(events: Sequence[Event]) -> None:
    """A reply is worth points, also to the duplicates that share the conversation."""
    for event in events:
        if event.lead_id:
            same_phone = Q(organization_id=event.organization_id, phone_e164=event.data["address"])
            scoring.rescore(Lead.objects.live().filter(Q(pk=event.lead_id) | same_phone))


@listen("message.received")
def see_what_it_begins(events: Sequence[Event]) -> None:
    """The first word starts the conversation, withdraws what is not needed after a reply, may call a person in."""
    received = {event.data["message"]: event.happened_at for event in events}
    for message in _messages_of(events).select_related("conversation", "lead__organization"):
        now = received[str(message.uuid)]
        if message.conversation.message_count == 1:
            outcomes.tell_started([message], now)
        drafts = Message.objects.filter(organization=message.organization_id, conversation=message.conversation_id)
        approving.withdraw(drafts.filter(void_after__lt=now), "the borrower replied.", now=now)
        if asks_for_person(message.body):
            handoffs.call_in(message, by=Actor.borrower(message.author_label or message.address), now=now)


@listen("message.received")
def summarize_what_was_said(events: Sequence[Event]) -> None:
    said = _messages_of(events).values("conversation")
    Conversation.objects.filter(pk__in=said).expect_summary(events[0].happened_at)


def _messages_of(events: Sequence[Event]) -> QuerySet[Message]:
    """Those that the facts name."""
    of_theirs = Message.objects.filter(organization__in={event.organization_id for event in events})
    return of_theirs.filter(uuid__in=[event.data["message"] for event in events])


@listen("checklist.item_collected")
@listen("checklist.item_reopened")
def summarize_what_was_handed_in(events: Sequence[Event]) -> None:
    """After the commit: a checklist locks its lead, and who writes locks the conversation first."""
    for event in events:
        talks = Conversation.objects.filter(leads=event.lead_id).values("pk")
        theirs = Conversation.objects.filter(pk__in=talks)
        transaction.on_commit(partial(theirs.expect_summary, event.happened_at), robust=True)


@listen("lead.assigned")
def hand_its_tasks_on(events: Sequence[Event]) -> None:
    to: dict[int | None, list[int]] = defaultdict(list)
    for event in events:
        if event.lead_id:
            to[event.data["advisor_id"]].append(event.lead_id)
    for advisor_id, lead_ids in to.items():
        advisor_tasks.hand_on(lead_ids, advisor_id)


@listen("lead.assigned")
@listen("lead.deleted")
def withdraw_its_offers(events: Sequence[Event]) -> None:
    offering.withdraw([event.lead_id for event in events if event.lead_id], now=events[0].happened_at)


@listen("lead.deleted")
def take_its_tasks_back(events: Sequence[Event]) -> None:
    of_leads = Task.objects.filter(lead__in=[event.lead_id for event in events if event.lead_id])
    because = "The lead was deleted"
    advisor_tasks.take_back(of_leads, because=because, by=Actor.system(), now=events[0].happened_at)
