"""What sequences do when something happens to a lead."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence

from crm.events import listen
from crm.models import Actor, ActorKind, Event
from leads.models import Slot, Suppression
from sequences import enrolling
from sequences.defaults import add_default_sequence
from sequences.models import Enrollment, EnrollmentStatus


@listen("organization.founded")
def give_it_a_sequence(events: Sequence[Event]) -> None:
    for event in events:
        add_default_sequence(event.organization, by=_actor(event), now=event.happened_at)


@listen("contact.suppressed")
def stop_for_suppressed(events: Sequence[Event]) -> None:
    """An opt-out or do-not-call ends every follow-up of everybody at that address."""
    _stop(events, lambda event: "Opted out" if event.data["kind"] == Suppression.OPT_OUT else "Do not call")


@listen("conversation.given_back")
@listen("contact.suspicion_settled")
def look_again(events: Sequence[Event]) -> None:
    """What waited for a person's decision need not wait for its next look; the gate is asked anew."""
    for event in events:
        in_conversation = Enrollment.objects.filter(lead__conversation__leads=event.lead_id)
        held = in_conversation.filter(status=EnrollmentStatus.ACTIVE, next_step_at__gt=event.happened_at)
        held.exclude(held_by="").update(next_step_at=event.happened_at)


@listen("lead.deleted")
def stop_for_deleted(events: Sequence[Event]) -> None:
    _stop(events, lambda event: "The lead was deleted")


@listen("lead.stage_changed")
def stop_at_the_end(events: Sequence[Event]) -> None:
    """Nobody chases a lead that has converted or is lost."""
    ended = [event for event in events if event.data["slot"] in (Slot.CONVERTED, Slot.LOST)]
    _stop(ended, lambda event: f"Moved to {event.data['label']}")


def _stop(events: Sequence[Event], reason_of: Callable[[Event], str]) -> None:
    by_reason: dict[str, list[Event]] = defaultdict(list)
    for event in events:
        by_reason[reason_of(event)].append(event)
    for reason, batch in by_reason.items():
        of_leads = Enrollment.objects.filter(lead_id__in=[event.lead_id for event in batch])
        live = of_leads.filter(status__in=enrolling.LIVE)
        if live.exists():
            enrolling.cancel(live, reason=reason, by=_actor(batch[0]), now=batch[0].happened_at)


def _actor(event: Event) -> Actor:
    return Actor(ActorKind(event.actor_kind), event.actor_label, event.actor_id)
