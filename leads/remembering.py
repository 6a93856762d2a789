"""Who opted out stays opted out when erased: the address is kept as a digest, and known again when it comes back."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Sequence

from django.db.models import Exists, OuterRef

from crm import blinding, encryption
from crm.bulk import insert_rows
from crm.events import listen
from crm.models import Actor, Event, Organization
from leads import suppression
from leads.models import DoNotCall, ErasedAddress, Lead

_BY = Actor.system("Before the erasure")
_REASON = "Was on the list before the borrower was erased"


def forget_but_digest(organization_id: int, addresses: Collection[str], now: dt.datetime) -> None:
    """What stands on the do-not-call list of these addresses stands there as digests, and nowhere in the clear."""
    listed = DoNotCall.objects.filter(organization_id=organization_id, address__in=addresses)
    standing = listed.filter(lifted_at=None).values_list("address", "kind")
    key = blinding.key_of(organization_id)
    rows = [
        ErasedAddress(organization_id=organization_id, digest=encryption.blinded(address, key), kind=kind, since=now)
        for address, kind in standing
    ]
    insert_rows(rows, ignore_conflicts=True)
    listed.delete()


_ANY_ERASED = Exists(ErasedAddress.objects.filter(organization=OuterRef("organization")))


@listen("lead.created", only_if=_ANY_ERASED)
@listen("lead.filled", only_if=_ANY_ERASED)
@listen("lead.updated", only_if=_ANY_ERASED)
def know_again(events: Sequence[Event]) -> None:
    """A lead that has an address of somebody erased: in the transaction that brought it, it is on the list again."""
    organizations = {event.organization_id for event in events}
    erased = set(ErasedAddress.objects.filter(organization__in=organizations).values_list("organization", flat=True))
    ids = [event.lead_id for event in events if event.lead_id and event.organization_id in erased]
    if not ids:
        return
    found: dict[int, set[str]] = defaultdict(set)
    for organization_id, phone, email in Lead.objects.filter(pk__in=ids).values_list(
        "organization_id", "phone_e164", "email"
    ):
        found[organization_id] |= {phone or "", email.lower()} - {""}
    for organization_id, addresses in found.items():
        _list_again(organization_id, addresses, max(event.happened_at for event in events))


def _list_again(organization_id: int, addresses: Collection[str], now: dt.datetime) -> None:
    key = blinding.key_of(organization_id)
    by_digest = {encryption.blinded(address, key): address for address in addresses}
    known = ErasedAddress.objects.filter(organization_id=organization_id, digest__in=list(by_digest))
    back = list(known)
    if not back:
        return
    organization = Organization.objects.get(pk=organization_id)
    for row in back:
        suppression.list_again(organization, by_digest[row.digest], kind=row.kind, reason=_REASON, by=_BY, now=now)
    known.delete()
