"""What sequences do when something happens to a lead."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import partial

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from crm.events import listen
from crm.models import Actor, ActorKind, Event
from crm.tasks import ring
from leads.models import Merge, Slot, Suppression
from sequences import enrolling, merging
from sequences.defaults import add_default_sequence
from sequences.models import Enrollment, EnrollmentStatus, StepRun


@listen("organization.founded")
def give_it_a_sequence(events: Sequence[Event]) -> None:
    for event in events:
        add_default_sequence(event.organization, by=_actor(event), now=event.happened_at)


@listen("contact.suppressed")
def stop_for_suppressed(events: Sequence[Event]) -> None:
    """An opt-out, do-not-call or wrong number ends every follow-up of everybody at that address."""
    _stop(events, lambda event: _BECAUSE.get(event.data["kind"], "Do not call"))


_BECAUSE = {Suppression.OPT_OUT: "Opted out", Suppression.WRONG_NUMBER: "Wrong number"}


@listen("conversation.given_back")
@listen("contact.suspicion_settled")
def look_again(events: Sequence[Event]) -> None:
    """What waited for a person's decision need not wait for its next look; the gate is asked anew."""
    for event in events:
        in_conversation = Enrollment.objects.filter(lead__conversation__leads=event.lead_id)
        held = in_conversation.filter(status=EnrollmentStatus.ACTIVE, next_step_at__gt=event.happened_at)
        held.exclude(held_by="").update(next_step_at=event.happened_at)


@listen("task.done")
@listen("task.cancelled")
def go_on_after_tasks(events: Sequence[Event]) -> None:
    """
    What waited for a task looks again now, and counts its delay from there.

    After the commit: a task is closed while its row is locked, and a STOP locks the enrollment first.
    """
    transaction.on_commit(partial(_look_again, task__uuid__in=[event.data["task"] for event in events]), robust=True)


@listen("message.approved")
@listen("message.rejected")
@listen("message.withdrawn")
def go_on_after_approval(events: Sequence[Event]) -> None:
    """What waited for somebody to look at a draft; after the commit, as above."""
    decided = [event.data["message"] for event in events]
    transaction.on_commit(partial(_look_again, message__uuid__in=decided), robust=True)


def _look_again(**which: Sequence[str]) -> None:
    now = timezone.now()
    runs = StepRun.objects.filter(generation=F("enrollment__generation"), **which)
    waiting = Enrollment.objects.filter(pk__in=runs.values("enrollment"), status=EnrollmentStatus.ACTIVE)
    if waiting.filter(next_step_at__gt=now).exclude(held_by="").update(next_step_at=now):
        ring()


@listen("lead.deleted")
def stop_for_deleted(events: Sequence[Event]) -> None:
    _stop([event for event in events if "merged_into" not in event.data], lambda event: "The lead was deleted")


@listen("lead.merged")
def take_follow_up_along(events: Sequence[Event]) -> None:
    """What was said to the lead that is gone belongs to the one that was kept; what would be said to it is stopped."""
    for event in events:
        merge = Merge.objects.select_related("kept").get(uuid=event.data["merge"])
        merging.take_along(merge, by=_actor(event), now=event.happened_at)


@listen("lead.unmerged")
def give_follow_up_back(events: Sequence[Event]) -> None:
    for event in events:
        merging.give_back(Merge.objects.get(uuid=event.data["merge"]), by=_actor(event), now=event.happened_at)


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
