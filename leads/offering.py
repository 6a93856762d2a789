"""First to claim: a lead is offered to a group, the first of them gets it, and after a while the next rule decides."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from django.db import transaction
from django.db.models import Prefetch, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from crm import events
from crm.bulk import fresh, insert_rows
from crm.models import Actor, Advisor, Organization
from leads import assigning, pipeline
from leads.assignment_choice import Decision
from leads.errors import Changed
from leads.models import Lead, Offer, OfferState

RULES = Actor.system("Assignment rules")
_AT_ONCE = 200


def offer_all(
    leads: Sequence[Lead], decided: Mapping[int, Decision], organization: Organization, *, by: Actor, now: dt.datetime
) -> None:
    """Offer those of the leads for which a group was chosen, by their ids. A few statements, however many."""
    chosen = [(lead, decided[lead.pk]) for lead in leads if lead.pk in decided and decided[lead.pk].offered_to]
    if not chosen:
        return
    offers = [_new_offer(lead, decision, organization, now) for lead, decision in chosen]
    insert_rows(offers)
    share = Offer.advisors.through
    insert_rows(
        [
            fresh(share, offer_id=offer.pk, advisor_id=person.pk)
            for offer, (_lead, decision) in zip(offers, chosen, strict=True)
            for person in decision.offered_to
        ]
    )
    events.record_all(
        events.fact(
            "lead.offered",
            organization=organization,
            lead_id=lead.pk,
            by=by,
            now=now,
            offer=str(offer.uuid),
            until=offer.expires_at.isoformat(),
            advisor_ids=[person.pk for person in decision.offered_to],
            because=decision.because,
        )
        for offer, (lead, decision) in zip(offers, chosen, strict=True)
    )


def _new_offer(lead: Lead, decision: Decision, organization: Organization, now: dt.datetime) -> Offer:
    assert decision.rule is not None
    return fresh(
        Offer,
        organization=organization,
        lead_id=lead.pk,
        rule_id=decision.rule.pk,
        rule_name=decision.rule.name,
        position=decision.rule.position,
        offered_at=now,
        expires_at=now + dt.timedelta(minutes=decision.rule.claim_minutes),
    )


def offer_of(lead: Lead) -> Offer | None:
    """The lead's last offer with whom it was made to, for its page."""
    people = Prefetch("advisors", Advisor.objects.select_related("user").order_by("pk"))
    return lead.offers.prefetch_related(people).select_related("taken_by__user").order_by("-pk").first()


@transaction.atomic
def claim(offer: Offer, *, by: Advisor, now: dt.datetime) -> None:
    """The lead is theirs, if they are the first. Raises Changed with what happened instead."""
    lead = Lead.objects.select_for_update(no_key=True).live().filter(pk=offer.lead_id).first()
    mine = Offer.objects.standing(now).filter(pk=offer.pk, organization=by.organization_id)
    if lead is None or not mine.update(state=OfferState.TAKEN, taken_by=by, closed_at=now):
        raise Changed(_refusal(Offer.objects.select_related("taken_by__user").get(pk=offer.pk)))
    because = {"outcome": "claimed", "way": "claim", "rule": offer.rule_name, "advisor": by.name}
    pipeline.assign_to(lead, by, by=Actor.advisor(by), now=now, because=because)


def _refusal(offer: Offer) -> str:
    if offer.state == OfferState.TAKEN and offer.taken_by:
        return _("%(name)s was faster and has the lead now.") % {"name": offer.taken_by.name}
    if offer.state == OfferState.WITHDRAWN:
        return _("The lead was given to somebody meanwhile.")
    return _("The time to claim it is over.")


def withdraw(lead_ids: Sequence[int], *, now: dt.datetime) -> int:
    """Nobody can claim these leads any more: they belong to somebody, or are gone."""
    offers = Offer.objects.filter(lead__in=lead_ids, state=OfferState.OPEN)
    return offers.update(state=OfferState.WITHDRAWN, closed_at=now)


def expire() -> int:
    """What nobody claimed in time goes to the next rule, once. How many offers ended."""
    now = timezone.now()
    over = Offer.objects.filter(state=OfferState.OPEN, expires_at__lte=now).order_by("expires_at", "pk")
    return sum(_move_on(offer, now) for offer in over.select_related("organization")[:_AT_ONCE])


@transaction.atomic
def _move_on(offer: Offer, now: dt.datetime) -> bool:
    lead = _locked(offer)
    is_open = Offer.objects.filter(pk=offer.pk, state=OfferState.OPEN, expires_at__lte=now)
    if not is_open.update(state=OfferState.EXPIRED, closed_at=now):
        return False
    if lead is None or lead.advisor_id is not None:
        return True
    unclaimed = [{"rule": offer.rule_name, "way": "claim", "unclaimed": True}]
    after = offer.rule.position if offer.rule else offer.position
    decided = assigning.assign_by_rules([lead], offer.organization, by=RULES, now=now, after=after, passed=unclaimed)
    about = {"organization": offer.organization_id, "lead_id": lead.pk, "by": RULES, "now": now}
    because = decided[lead.pk].because if lead.pk in decided else {}
    events.record("lead.offer_expired", **about, offer=str(offer.uuid), rule=offer.rule_name, because=because)
    offer_all([lead], decided, offer.organization, by=RULES, now=now)
    return True


def _locked(offer: Offer) -> Lead | None:
    leads: QuerySet[Lead] = Lead.objects.live().filter(pk=offer.lead_id)
    return leads.select_for_update(no_key=True).first()
