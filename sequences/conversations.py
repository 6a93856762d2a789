"""
The conversation of each lead that is to be written to.

Always made before the enrollment is locked, which is the order in which a borrower's STOP takes the same locks.
"""

from __future__ import annotations

from collections.abc import Collection

from crm.bulk import write_columns
from leads.models import Conversation, Lead

type Conversations = dict[tuple[int, str], Conversation]


def key_of(lead: Lead) -> tuple[int, str]:
    return lead.organization_id, lead.address


def known_conversations(leads: Collection[Lead]) -> Conversations:
    """Those that exist already, by organisation and address. At most one statement."""
    known = {
        key_of(lead): lead.conversation
        for lead in leads
        if lead.conversation and lead.conversation.address == lead.address
    }
    missing = {lead.address for lead in leads if key_of(lead) not in known} - {""}
    if missing:
        organizations = {lead.organization_id for lead in leads}
        found = Conversation.objects.filter(organization_id__in=organizations, address__in=missing)
        known |= {(each.organization_id, each.address): each for each in found}
    return known


def ensure_conversations(leads: Collection[Lead]) -> Conversations:
    """All of them, made where there was none, and tied to their leads; in one order, so that nobody waits in a ring."""
    known = known_conversations(leads)
    missing = sorted({key_of(lead) for lead in leads if lead.address} - known.keys())
    if missing:
        Conversation.objects.bulk_create(
            (Conversation(organization_id=organization_id, address=address) for organization_id, address in missing),
            ignore_conflicts=True,
        )
        known = known_conversations(leads)
    loose = sorted((lead for lead in leads if lead.conversation_id is None and lead.address), key=lambda lead: lead.pk)
    for lead in loose:
        lead.conversation = known[key_of(lead)]
    write_columns(loose, ["conversation"])
    return known
