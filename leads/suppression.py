"""Opt-outs and do-not-call: they work at once, for the whole organisation, and everything that waits is cancelled."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence, Set
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Lower

from crm import events
from crm.bulk import insert_rows
from crm.by_address import Key, Wanted, by_address
from crm.models import Actor, Organization
from crm.wording import in_english
from leads import consents
from leads.models import Author, Conversation, DoNotCall, Lead, Message, MessageState, Suppression
from leads.models.message import RECALLABLE


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


def set_do_not_call(lead: Lead, *, reason: str, by: Actor, now: dt.datetime) -> None:
    """The organisation must not call or text this lead, nor anybody at its address."""
    set_do_not_call_all([lead], reason=reason, by=by, now=now)


@transaction.atomic
def set_do_not_call_all(leads: Sequence[Lead], *, reason: str, by: Actor, now: dt.datetime) -> set[str]:
    """The same for many leads of one organisation; the addresses that were not on its list already."""
    if not leads:
        return set()
    organization, reason = leads[0].organization, reason[:255]
    ids = [lead.pk for lead in leads]
    Lead.objects.filter(pk__in=ids).update(is_do_not_call=True, dnc_reason=reason, dnc_at=now, updated_at=now)
    for lead in leads:
        lead.is_do_not_call, lead.dnc_reason, lead.dnc_at = True, reason, now
    addresses = {lead.address for lead in leads} - {""}
    new = _suppress_all(organization, addresses, Suppression.DO_NOT_CALL, reason, by, now)
    told = [(lead.pk, lead.address) for lead in leads if lead.address not in new]
    _tell(organization, told, "contact.suppressed", Suppression.DO_NOT_CALL, reason, by, now)
    return new


def lift_do_not_call(lead: Lead, *, by: Actor, now: dt.datetime) -> None:
    """A person takes the lead off the do-not-call list. An opt-out stays: only the borrower lifts that."""
    lift_do_not_call_all([lead], by=by, now=now)


@transaction.atomic
def lift_do_not_call_all(leads: Sequence[Lead], *, by: Actor, now: dt.datetime) -> None:
    """The same for many leads of one organisation."""
    if not leads:
        return
    ids = [lead.pk for lead in leads]
    Lead.objects.filter(pk__in=ids).update(is_do_not_call=False, dnc_reason="", dnc_at=None, updated_at=now)
    for lead in leads:
        lead.is_do_not_call, lead.dnc_reason, lead.dnc_at = False, "", None
    _lift_all(leads[0].organization, {lead.address for lead in leads} - {""}, Suppression.DO_NOT_CALL, by, now)


@transaction.atomic
def mark_wrong_number(lead: Lead, *, number: str = "", reason: str, by: Actor, now: dt.datetime) -> bool:
    """
    Its phone is not theirs, or this other number: nobody calls or texts it any more. False when this was known, or
    there is none.
    """
    number = number or lead.phone_e164 or ""
    return bool(number) and _suppress(lead.organization, number, Suppression.WRONG_NUMBER, reason, by, now)


@transaction.atomic
def lift_wrong_number(lead: Lead, *, by: Actor, now: dt.datetime) -> bool:
    """It is theirs after all."""
    return bool(lead.phone_e164) and _lift(lead.organization, lead.phone_e164 or "", Suppression.WRONG_NUMBER, by, now)


@transaction.atomic
def list_address(organization: Organization, address: str, *, reason: str, by: Actor, now: dt.datetime) -> bool:
    """Put an address (E.164, or e-mail in lower case) on the do-not-call list, lead or no lead. False when it was."""
    return _suppress(organization, address, Suppression.DO_NOT_CALL, reason, by, now)


@transaction.atomic
def list_addresses(
    organization: Organization, addresses: Collection[str], *, reason: str, by: Actor, now: dt.datetime
) -> set[str]:
    """The same for many; those that were not on the list already."""
    return _suppress_all(organization, set(addresses), Suppression.DO_NOT_CALL, reason, by, now)


@transaction.atomic
def unlist_addresses(organization: Organization, addresses: Collection[str], *, by: Actor, now: dt.datetime) -> int:
    """A person takes addresses off the do-not-call list, with the leads that stand under them. Opt-outs stay."""
    ids = [lead_id for lead_id, _ in _leads_at(organization, set(addresses))]
    marked = Lead.objects.filter(pk__in=ids, is_do_not_call=True)
    marked.update(is_do_not_call=False, dnc_reason="", dnc_at=None, updated_at=now)
    return _lift_all(organization, set(addresses), Suppression.DO_NOT_CALL, by, now)


@transaction.atomic
def list_again(
    organization: Organization, address: str, *, kind: str, reason: str, by: Actor, now: dt.datetime
) -> None:
    """An address that was on the list in a former life."""
    _suppress(organization, address, Suppression(kind), reason, by, now)


def standing(messages: Collection[Message]) -> set[Key]:
    """Of the messages' organisations and addresses, those that nobody may write to. One statement."""
    return set(_listed({(message.organization_id, message.address) for message in messages}))


@by_address
def _listed(wanted: Wanted) -> QuerySet[DoNotCall, tuple[Any, ...]]:
    return DoNotCall.objects.filter(wanted("address"), lifted_at=None).values_list("organization_id", "address")


def _suppress(
    organization: Organization, address: str, kind: Suppression, reason: str, by: Actor, now: dt.datetime
) -> bool:
    return bool(_suppress_all(organization, {address}, kind, reason, by, now))


def _suppress_all(
    organization: Organization, addresses: Set[str], kind: Suppression, reason: str, by: Actor, now: dt.datetime
) -> set[str]:
    """Those that were not on the list; a few statements, however many there are."""
    if not addresses:
        return set()
    entries = DoNotCall.objects.filter(organization=organization, address__in=addresses, kind=kind, lifted_at=None)
    known = set(entries.values_list("address", flat=True))
    insert_rows(
        [
            DoNotCall(
                organization=organization,
                address=address,
                kind=kind,
                reason=reason[:255],
                actor_label=by.label[:255],
                created_at=now,
            )
            for address in sorted(addresses - known)  # in one order, so that two never wait for each other
        ],
        ignore_conflicts=True,
    )
    # Where somebody else was faster, the row and the news are theirs.
    new = set(entries.filter(created_at=now).values_list("address", flat=True)) - known
    _cancel_waiting(organization, addresses, in_english(kind.label))
    asked = Conversation.objects.filter(organization=organization, address__in=addresses)
    asked.filter(suspected_opt_out_at__isnull=False).update(suspected_opt_out_at=None)
    _tell(organization, _leads_at(organization, new), "contact.suppressed", kind, reason, by, now)
    return new


def _lift(organization: Organization, address: str, kind: Suppression, by: Actor, now: dt.datetime) -> bool:
    return bool(_lift_all(organization, {address}, kind, by, now))


def _lift_all(organization: Organization, addresses: Set[str], kind: Suppression, by: Actor, now: dt.datetime) -> int:
    """How many entries were lifted."""
    live = DoNotCall.objects.filter(organization=organization, address__in=addresses, kind=kind, lifted_at=None)
    listed = set(live.values_list("address", flat=True))
    if not listed:
        return 0
    lifted = live.filter(address__in=listed).update(lifted_at=now, lifted_by=by.label[:255])
    if lifted:
        _tell(organization, _leads_at(organization, listed), "contact.unsuppressed", kind, "", by, now)
    return lifted


def _cancel_waiting(organization: Organization, addresses: Set[str], why: str) -> int:
    """What has not gone out yet never will, but for our answers to STOP and the like."""
    waiting = Message.objects.filter(organization=organization, address__in=addresses, state__in=RECALLABLE)
    return waiting.exclude(author=Author.SYSTEM).update(state=MessageState.CANCELLED, state_reason=f"Cancelled: {why}.")


def _leads_at(organization: Organization, addresses: Set[str]) -> list[tuple[int, str]]:
    """The ids of the leads that have one of these phones or e-mail addresses, each with its address."""
    phones = {address for address in addresses if "@" not in address}
    found: list[tuple[int, str]] = []
    if phones:
        by_phone = Lead.objects.of(organization).filter(phone_e164__in=phones)
        found += [(pk, str(phone)) for pk, phone in by_phone.values_list("pk", "phone_e164")]
    if emails := addresses - phones:
        by_email = Lead.objects.of(organization).annotate(key=Lower("email")).filter(~Q(email=""), key__in=emails)
        found += list(by_email.values_list("pk", "key"))
    return sorted(found)


def _tell(
    organization: Organization,
    leads: Iterable[tuple[int, str]],
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
        for lead_id, address in leads
    )
