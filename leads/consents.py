"""Consent on record: written when somebody comes in, read by the gate, revoked by STOP."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from crm import events
from crm.bulk import fresh, insert_rows, like
from crm.by_address import Wanted, by_address
from crm.models import Actor, Organization
from leads.models import Channel, Consent, ConsentBasis, Lead
from leads.verdicts import CALL, Ask, address_on

_BY_PHONE, _BY_MAIL = f"{Channel.SMS},{CALL}", str(Channel.EMAIL)

#: (organization_id, address, channel) that somebody has agreed to.
type Consented = frozenset[tuple[int, str, str]]


def of_leads(
    organization: Organization,
    leads: Iterable[Lead],
    *,
    basis: ConsentBasis | str,
    source: str,
    evidence: str = "",
    by: Actor,
    now: dt.datetime,
) -> Sequence[Consent]:
    """For the phone and the e-mail address of each; not yet written. What stands on record already is to stay so."""
    if not basis:
        return ()
    addresses = {address_on(lead, channel) for lead in leads for channel in (Channel.SMS, Channel.EMAIL)} - {""}
    return _of(organization, addresses, basis=basis, source=source, evidence=evidence, by=by, now=now)


@transaction.atomic
def attest(lead: Lead, *, basis: ConsentBasis | str, source: str, by: Actor, now: dt.datetime) -> bool:
    """
    Somebody corrects on what basis this person is contacted; whether that is new.

    What stood on record for the lead's addresses is revoked, and the new basis is recorded; "" leaves none.
    """
    if (lead.consent_basis, lead.consent_source) == (basis, source):
        return False
    before = lead.consent_basis
    lead.consent_basis, lead.consent_source = ConsentBasis(basis), source[:255]
    lead.consent_at = now if basis else None
    lead.save(update_fields=["consent_basis", "consent_source", "consent_at"])
    for address in {address_on(lead, channel) for channel in (Channel.SMS, Channel.EMAIL)} - {""}:
        revoke(lead.organization, address, because=f"Corrected by {by.label}", now=now)
    evidence = f"Stated by {by.label}"
    insert_rows(of_leads(lead.organization, [lead], basis=basis, source=source, evidence=evidence, by=by, now=now))
    events.record(
        "lead.consent_changed",
        organization=lead.organization_id,
        lead_id=lead.pk,
        by=by,
        now=now,
        before=str(before),
        after=str(basis),
        source=source,
    )
    return True


def record_word(organization: Organization, address: str, *, evidence: str, by: Actor, now: dt.datetime) -> None:
    """The borrower said it with their own words, from this address."""
    given = {"basis": ConsentBasis.BORROWER, "source": "message", "evidence": evidence}
    insert_rows(_of(organization, [address], **given, by=by, now=now), ignore_conflicts=True)


def _of(
    organization: Organization,
    addresses: Iterable[str],
    *,
    basis: ConsentBasis | str,
    source: str,
    evidence: str,
    by: Actor,
    now: dt.datetime,
) -> Sequence[Consent]:
    one = fresh(
        Consent,
        organization=organization,
        basis=basis,
        source=source[:255],
        evidence=evidence[:255],
        actor_label=by.label[:255],
        recorded_at=now,
    )
    return [
        like(one, address=address, channels=_BY_MAIL if "@" in address else _BY_PHONE)
        for address in sorted(addresses)  # in one order, so that two imports never wait for each other
    ]


def revoke(organization: Organization, address: str, *, because: str, now: dt.datetime) -> int:
    live = Consent.objects.filter(organization=organization, address=address, revoked_at=None)
    return live.update(revoked_at=now, revoked_because=because[:255])


def is_demanded(lead: Lead) -> bool:
    """Where the organisation says so, and always of people who came in a file: nobody knows where it has been."""
    return lead.organization.requires_consent or lead.import_job_id is not None


def consented(asks: Sequence[Ask]) -> Consented:
    """What is on record for those of whom it is demanded; one statement, or none when there are none."""
    demanded = {
        (ask.lead.organization_id, ask.address)
        for ask in asks
        if ask.automated and is_demanded(ask.lead) and ask.address
    }
    return frozenset(
        (owner, address, channel) for owner, address, given in _standing(demanded) for channel in given.split(",")
    )


@by_address
def _standing(wanted: Wanted) -> QuerySet[Consent, tuple[Any, ...]]:
    standing = Consent.objects.filter(wanted("address"), revoked_at=None)
    return standing.values_list("organization_id", "address", "channels")


def of_lead(lead: Lead) -> list[Consent]:
    """Everything on record for the lead's addresses, oldest first, revoked or not."""
    addresses = {address_on(lead, channel) for channel in (Channel.SMS, Channel.EMAIL)} - {""}
    rows = Consent.objects.filter(organization_id=lead.organization_id, address__in=addresses)
    return list(rows.order_by("recorded_at", "pk"))
