"""
The conversation of each lead that is to be written to.

Always made before the enrollment is locked, which is the order in which a borrower's STOP takes the same locks.
"""

from __future__ import annotations

from collections.abc import Collection

from crm.bulk import fresh, insert_rows, write_columns
from crm.by_address import Key
from leads.conversations import conversations_at
from leads.models import Conversation, Lead

type Conversations = dict[Key, Conversation]


def key_of(lead: Lead) -> Key:
    return lead.organization_id, lead.address


def known_conversations(leads: Collection[Lead]) -> Conversations:
    """Those that exist already. At most one statement."""
    known = {
        key_of(lead): lead.conversation
        for lead in leads
        if lead.conversation and lead.conversation.address == lead.address
    }
    return known | _found({key_of(lead) for lead in leads if lead.address} - known.keys())


def ensure_conversations(leads: Collection[Lead], known: Conversations | None = None) -> Conversations:
    """
    All of them, made where there was none, and tied to their leads; in one order, so that nobody waits in a ring.

    known: what known_conversations() has found just now.
    """
    known = known_conversations(leads) if known is None else known
    missing = sorted({key_of(lead) for lead in leads if lead.address} - known.keys())
    new = [fresh(Conversation, organization_id=owner, address=address) for owner, address in missing]
    insert_rows(new, ignore_conflicts=True)
    known |= _found(missing)
    loose = sorted((lead for lead in leads if lead.conversation_id is None and lead.address), key=lambda lead: lead.pk)
    for lead in loose:
        lead.conversation = known[key_of(lead)]
    write_columns(loose, ["conversation"])
    return known


def _found(keys: Collection[Key]) -> Conversations:
    return {(each.organization_id, each.address): each for each in conversations_at(keys)}
