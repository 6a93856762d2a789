"""Which facts are told to whom; how, leads/notifying.py says."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from crm.events import listen
from crm.models import ActorKind, Advisor, Event, Notification, Role
from leads.models import Lead, Offer, OfferState
from leads.notifying import ONE_BY_ONE, file, is_by, named, notification


def _leads_of(events: Sequence[Event]) -> dict[int, Lead]:
    ids = {event.lead_id for event in events if event.lead_id}
    columns = ("uuid", "organization_id", "advisor_id", "first_name")
    return {lead.pk: lead for lead in Lead.objects.live().filter(pk__in=ids).only(*columns)} if ids else {}


def _managers(organization_ids: Iterable[int]) -> dict[int, list[int]]:
    people = Advisor.objects.filter(
        organization__in=set(organization_ids), role__in=[Role.MANAGER, Role.ADMIN], is_active=True
    )
    found: dict[int, list[int]] = defaultdict(list)
    for organization_id, pk in people.order_by("pk").values_list("organization_id", "pk"):
        found[organization_id].append(pk)
    return found


def _tell(kind: str, events: Sequence[Event], *, or_managers: bool) -> None:
    """Whoever has the lead; where nobody has it, the managers, or nobody."""
    leads = _leads_of(events)
    wanted = [(event, leads[event.lead_id]) for event in events if event.lead_id in leads]
    unowned = {lead.organization_id for _event, lead in wanted if lead.advisor_id is None}
    managers = _managers(unowned) if or_managers and unowned else {}
    file(
        [
            notification(
                kind,
                advisor_id,
                organization_id=lead.organization_id,
                key=str(event.pk),
                now=event.happened_at,
                lead_uuid=lead.uuid,
                data=named(lead),
            )
            for event, lead in wanted
            for advisor_id in ([lead.advisor_id] if lead.advisor_id else managers.get(lead.organization_id, ()))
            if not is_by(event.actor_kind, event.actor_id, advisor_id)
        ]
    )


@listen("message.received")
def tell_of_a_reply(events: Sequence[Event]) -> None:
    _tell("reply", events, or_managers=False)


@listen("document.received")
def tell_of_a_document(events: Sequence[Event]) -> None:
    _tell("document", [event for event in events if event.actor_kind == ActorKind.BORROWER], or_managers=False)


@listen("conversation.handoff_requested")
def tell_of_a_handoff(events: Sequence[Event]) -> None:
    _tell("handoff", events, or_managers=True)


@listen("message.awaits_approval")
def tell_of_a_draft(events: Sequence[Event]) -> None:
    _tell("draft", events, or_managers=True)


@listen("message.dead")
@listen("message.needs_review")
def tell_of_trouble(events: Sequence[Event]) -> None:
    _tell("trouble", events, or_managers=True)


@listen("contact.suspected_opt_out")
def tell_of_a_suspicion(events: Sequence[Event]) -> None:
    _tell("opt_out", events, or_managers=True)


@listen("lead.assigned")
def tell_of_an_assignment(events: Sequence[Event]) -> None:
    """Also those who could have claimed it, of whoever has it now."""
    theirs: dict[int, list[Event]] = defaultdict(list)
    for event in events:
        advisor_id = event.data.get("advisor_id")
        if advisor_id and event.lead_id and not is_by(event.actor_kind, event.actor_id, advisor_id):
            theirs[advisor_id].append(event)
    leads = _leads_of([event for given in theirs.values() if len(given) <= ONE_BY_ONE for event in given])
    rows = []
    for advisor_id, given in theirs.items():
        about: dict[str, Any] = {"organization_id": given[0].organization_id, "now": given[0].happened_at}
        if len(given) > ONE_BY_ONE:
            data = {"number": len(given)}
            rows.append(notification("assigned", advisor_id, key=str(given[0].pk), data=data, **about))
            continue
        for event in given:
            if lead := leads.get(event.lead_id or 0):
                told: dict[str, Any] = {"lead_uuid": lead.uuid, "data": named(lead)}
                rows.append(notification("assigned", advisor_id, key=str(event.pk), **told, **about))
    file(rows)


@listen("lead.offered")
def tell_of_an_offer(events: Sequence[Event]) -> None:
    leads = _leads_of(events)
    file(
        [
            notification(
                "offered",
                advisor_id,
                organization_id=event.organization_id,
                key=event.data["offer"],
                now=event.happened_at,
                lead_uuid=leads[event.lead_id].uuid,
                data=named(leads[event.lead_id]),
            )
            for event in events
            if event.lead_id in leads
            for advisor_id in event.data["advisor_ids"]
        ]
    )


@listen("lead.assigned")
def tell_that_it_was_claimed(events: Sequence[Event]) -> None:
    """Those who were slower need not press any more."""
    claims = {event.lead_id: event for event in events if (event.data.get("because") or {}).get("outcome") == "claimed"}
    taken = Offer.objects.filter(lead__in=claims, state=OfferState.TAKEN).order_by("pk") if claims else ()
    for offer in {offer.lead_id: offer for offer in taken}.values():  # the newest of each lead
        event = claims[offer.lead_id]
        theirs = Notification.objects.filter(organization=event.organization_id, key=f"offered:{offer.uuid}")
        theirs.update(data={"taken_by": event.data["advisor"]}, read_at=event.happened_at)


@listen("lead.created")
@listen("lead.offer_expired")
def tell_managers_of_leads_without_anybody(events: Sequence[Event]) -> None:
    """Where rules fitted, but had nobody."""
    lost = [event for event in events if (event.data.get("because") or {}).get("outcome") == "nobody"]
    if not lost:
        return
    leads, managers = _leads_of(lost), _managers(event.organization_id for event in lost)
    theirs: dict[int, list[Event]] = defaultdict(list)
    for event in lost:
        theirs[event.organization_id].append(event)
    rows = []
    for organization_id, given in theirs.items():
        told: list[tuple[str, dict[str, Any]]] = [
            (str(event.pk), {"lead_uuid": leads[event.lead_id].uuid, "data": named(leads[event.lead_id])})
            for event in given
            if event.lead_id in leads
        ]
        if len(given) > ONE_BY_ONE:
            told = [(str(given[0].pk), {"data": {"number": len(given)}})]
        about: dict[str, Any] = {"organization_id": organization_id, "now": given[0].happened_at}
        rows += [
            notification("unassigned", pk, key=key, **what, **about)
            for pk in managers.get(organization_id, ())
            for key, what in told
        ]
    file(rows)


@listen("webhook.switched_off")
def tell_managers_of_a_webhook(events: Sequence[Event]) -> None:
    """One that failed, not one that somebody switched off; a partner's is nothing that its accounts could mend."""
    events = [event for event in events if event.actor_kind == ActorKind.SYSTEM and not event.data.get("is_partners")]
    managers = _managers(event.organization_id for event in events) if events else {}
    file(
        [
            notification(
                "webhook",
                advisor_id,
                organization_id=event.organization_id,
                key=str(event.pk),
                now=event.happened_at,
                data={"endpoint": event.data["endpoint"], "reason": event.data["reason"]},
            )
            for event in events
            for advisor_id in managers.get(event.organization_id, ())
        ]
    )


@listen("leads.bulk_finished")
def tell_of_a_job(events: Sequence[Event]) -> None:
    file(
        [
            notification(
                "job",
                event.actor_id,
                organization_id=event.organization_id,
                key=event.data["job"],
                now=event.happened_at,
                data={"title": event.data["title"], "job": event.data["job"]},
            )
            for event in events
            if event.actor_kind == ActorKind.ADVISOR and event.actor_id
        ]
    )
