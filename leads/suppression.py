"""Opt-outs and do-not-call: they work at once, for the whole organisation, and everything that waits is cancelled."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from crm import events
from crm.models import Actor, Organization
from leads import consents
from leads.models import Author, Conversation, DoNotCall, Lead, Message, MessageState, Suppression


@transaction.atomic
def opt_out(organization: Organization, address: str, *, reason: str, by: Actor, now: dt.datetime) -> bool:
    """The borrower said STOP, which also revokes their consent. False when this was known."""
    consents.revoke(organization, address, because=reason, now=now)
    return _suppress(organization, address, Suppression.OPT_OUT, reason, by, now)


@transaction.atomic
def lift_opt_out(organization: Organization, address: str, *, by: Actor, now: dt.datetime) -> bool:
    """The borrower said START, which is their consent. An administrator's do-not-call stays."""
    if not _lift(organization, address, Suppression.OPT_OUT, by, now):
        return False
    consents.record_word(organization, address, evidence="wrote START after a STOP", by=by, now=now)
    return True


@transaction.atomic
def set_do_not_call(lead: Lead, *, reason: str, by: Actor, now: dt.datetime) -> None:
    """The organisation must not call or text this lead, nor anybody at its address."""
    Lead.objects.filter(pk=lead.pk).update(is_do_not_call=True, dnc_reason=reason[:255], dnc_at=now, updated_at=now)
    lead.is_do_not_call, lead.dnc_reason, lead.dnc_at = True, reason[:255], now
    if not (lead.address and _suppress(lead.organization, lead.address, Suppression.DO_NOT_CALL, reason, by, now)):
        _cancel_waiting(lead.organization, lead.address, "do not call")
        _tell(
            lead.organization, [lead.pk], lead.address, "contact.suppressed", Suppression.DO_NOT_CALL, reason, by, now
        )


@transaction.atomic
def lift_do_not_call(lead: Lead, *, by: Actor, now: dt.datetime) -> None:
    """A person takes the lead off the do-not-call list. An opt-out stays: only the borrower lifts that."""
    Lead.objects.filter(pk=lead.pk).update(is_do_not_call=False, dnc_reason="", dnc_at=None, updated_at=now)
    lead.is_do_not_call, lead.dnc_reason, lead.dnc_at = False, "", None
    if lead.address:
        _lift(lead.organization, lead.address, Suppression.DO_NOT_CALL, by, now)


@transaction.atomic
def list_address(organization: Organization, address: str, *, reason: str, by: Actor, now: dt.datetime) -> bool:
    """Put an address (E.164, or e-mail in lower case) on the do-not-call list, lead or no lead. False when it was."""
    return _suppress(organization, address, Suppression.DO_NOT_CALL, reason, by, now)


@transaction.atomic
def unlist_address(organization: Organization, address: str, *, by: Actor, now: dt.datetime) -> bool:
    """A person takes an address off the do-not-call list, with the leads that stand under it. An opt-out stays."""
    marked = Lead.objects.filter(pk__in=_lead_ids(organization, address), is_do_not_call=True)
    marked.update(is_do_not_call=False, dnc_reason="", dnc_at=None, updated_at=now)
    return _lift(organization, address, Suppression.DO_NOT_CALL, by, now)


def _suppress(
    organization: Organization, address: str, kind: Suppression, reason: str, by: Actor, now: dt.datetime
) -> bool:
    _, is_new = DoNotCall.objects.get_or_create(
        organization=organization,
        address=address,
        kind=kind,
        lifted_at=None,
        defaults={"reason": reason[:255], "actor_label": by.label[:255], "created_at": now},
    )
    _cancel_waiting(organization, address, kind.label)
    asked = Conversation.objects.filter(organization=organization, address=address, suspected_opt_out_at__isnull=False)
    asked.update(suspected_opt_out_at=None)
    if not is_new:
        return False
    _tell(organization, _lead_ids(organization, address), address, "contact.suppressed", kind, reason, by, now)
    return True


def _lift(organization: Organization, address: str, kind: Suppression, by: Actor, now: dt.datetime) -> bool:
    live = DoNotCall.objects.filter(organization=organization, address=address, kind=kind, lifted_at=None)
    if not live.update(lifted_at=now, lifted_by=by.label[:255]):
        return False
    _tell(organization, _lead_ids(organization, address), address, "contact.unsuppressed", kind, "", by, now)
    return True


def _cancel_waiting(organization: Organization, address: str, why: str) -> int:
    """What has not gone out yet never will, but for our answers to STOP and the like."""
    waiting = Message.objects.filter(
        organization=organization, address=address, state__in=[MessageState.DRAFTING, MessageState.QUEUED]
    )
    return waiting.exclude(author=Author.SYSTEM).update(state=MessageState.CANCELLED, state_reason=f"Cancelled: {why}.")


def _lead_ids(organization: Organization, address: str) -> list[int]:
    leads = Lead.objects.of(organization)
    matching = leads.filter(email__iexact=address) if "@" in address else leads.filter(phone_e164=address)
    return list(matching.order_by("pk").values_list("pk", flat=True))


def _tell(
    organization: Organization,
    lead_ids: list[int],
    address: str,
    name: str,
    kind: Suppression,
    reason: str,
    by: Actor,
    now: dt.datetime,
) -> None:
    events.record_all(
        events.fact(
            name,
            organization=organization,
            lead_id=lead_id,
            by=by,
            now=now,
            address=address,
            kind=kind.value,
            reason=reason,
        )
        for lead_id in lead_ids
    )
