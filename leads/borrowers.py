"""Who a borrower is: all leads of an organisation that share a phone number or an e-mail address."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote, quote_plus

from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from crm.models import Organization
from leads import contact
from leads.errors import InvalidValue
from leads.models import Conversation, Lead, Merge

#: More leads than one person has: their addresses are no real ones.
MOST = 50
_NOT_DIGITS = re.compile(r"\D")


@dataclass(frozen=True, slots=True)
class Borrower:
    organization: Organization
    leads: list[Lead]
    addresses: frozenset[str]

    @property
    def lead_ids(self) -> list[int]:
        return [lead.pk for lead in self.leads]

    def conversations(self) -> list[Conversation]:
        at = Q(address__in=self.addresses) | Q(pk__in=[lead.conversation_id for lead in self.leads])
        return list(Conversation.objects.filter(at, organization=self.organization).order_by("pk"))

    def words(self) -> Words:
        return Words.of(self.leads, self.addresses)


@dataclass(frozen=True, slots=True)
class Words:
    """What somebody is known by in a text: numbers without their punctuation, and words as they stand in addresses."""

    digits: frozenset[str]
    texts: frozenset[str]

    @classmethod
    def of(cls, leads: Iterable[Lead], addresses: Iterable[str]) -> Words:
        leads = list(leads)
        given = {*addresses, *(phone for lead in leads for phone in (lead.phone, lead.alt_phone_1, lead.alt_phone_2))}
        digits = {_NOT_DIGITS.sub("", each)[-10:] for each in given if "@" not in each}
        names = {name.strip().lower() for lead in leads for name in (lead.name, lead.business_name)}
        texts = {each for each in given if "@" in each} | {name for name in names if len(name) > 4}
        texts |= {variant for each in texts for variant in (quote(each), quote_plus(each))}
        return cls(frozenset(each for each in digits if len(each) >= 7), frozenset(texts))

    def are_in(self, text: str) -> bool:
        bare, lowered = _NOT_DIGITS.sub("", text), text.lower()
        return any(each in bare for each in self.digits) or any(each.lower() in lowered for each in self.texts)


def borrower_of(lead: Lead) -> Borrower:
    """
    Whoever the lead is, with duplicates, merged and deleted leads.

    Raises InvalidValue for more leads than one person has.
    """
    found = {lead.pk: lead}
    addresses: frozenset[str] = frozenset()
    while True:
        reached = frozenset(address for each in found.values() for address in _addresses(each))
        more = _leads_at(lead.organization_id, reached, list(found))
        if reached == addresses and more.keys() <= found.keys():
            return Borrower(lead.organization, [found[pk] for pk in sorted(found)], addresses)
        addresses = reached
        found |= more
        if len(found) > MOST:
            raise InvalidValue(
                _("More than %(most)s leads share these addresses. Correct the shared phone or e-mail first.")
                % {"most": MOST}
            )


def _addresses(lead: Lead) -> set[str]:
    phones = {lead.phone_e164, contact.e164(lead.alt_phone_1), contact.e164(lead.alt_phone_2)}
    return {each for each in (*phones, lead.email.strip().lower()) if each}


def _leads_at(organization_id: int, addresses: frozenset[str], known: list[int]) -> dict[int, Lead]:
    phones = {address for address in addresses if "@" not in address}
    emails = addresses - phones
    merges = Merge.objects.filter(organization_id=organization_id, undone_at=None)
    pairs = merges.filter(Q(kept__in=known) | Q(merged__in=known)).values_list("kept", "merged")
    everybody = Lead.objects.filter(organization_id=organization_id, erasure=None).alias(lower_email=Lower("email"))
    who = Q(phone_e164__in=phones) | Q(pk__in=[pk for pair in pairs for pk in pair])
    if emails:
        who |= Q(lower_email__in=emails)
    rows = everybody.filter(who).select_related("organization").order_by("pk")[: MOST + 1]
    return {lead.pk: lead for lead in rows}
