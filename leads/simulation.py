"""Play the borrower, where nobody carries the messages: what they say and what became of a text, by the real doors."""

from __future__ import annotations

import datetime as dt

from crm import channel_accounts
from crm.channels.simulator import Simulator
from crm.models import AccountChannel, Advisor
from leads import messaging, receipts
from leads.models import Channel, Direction, Lead, Message, MessageState
from leads.receipts import Receipt, Status
from leads.verdicts import address_on

#: Carriers give a failure a code; this one says nothing about the number.
_NOT_REACHED = ("30003", "The phone was switched off.")


def playable_channels(advisor: Advisor) -> set[AccountChannel]:
    """The channels on which this advisor may play borrowers: a manager, where messages are only written down."""
    return channel_accounts.simulated_channels(advisor.organization) if advisor.is_manager else set()


def say(lead: Lead, body: str, *, channel: Channel | str, token: str, now: dt.datetime) -> Message | None:
    """
    The borrower writes; the same token is heard once. None when the channel does not reach them.

    Never before what they answer: their follow-up may have been run ahead of the clock (sequences/simulating.py).
    """
    address = address_on(lead, channel)
    if not address:
        return None
    theirs = Message.objects.filter(organization=lead.organization_id, conversation=lead.conversation_id)
    newest = theirs.order_by("-created_at").first()
    at = max(now, newest.created_at + dt.timedelta(seconds=1)) if newest else now
    return messaging.receive(
        lead.organization,
        address=address,
        body=body,
        now=at,
        channel=channel,
        provider=Simulator.name,
        provider_id=f"in_{token}",
    )


def report(lead: Lead, message: Message, *, is_delivered: bool, now: dt.datetime) -> bool:
    """It arrives, or it does not, as a carrier reports it. False for a message that the simulator did not take."""
    is_ours = message.provider == Simulator.name and message.direction == Direction.OUTBOUND
    if not is_ours or message.state != MessageState.SENT:
        return False
    code, words = ("", "") if is_delivered else _NOT_REACHED
    receipt = Receipt(
        provider=Simulator.name,
        provider_id=message.provider_id,
        status=Status.DELIVERED if is_delivered else Status.FAILED,
        code=code,
        words=words,
    )
    return receipts.note(receipt, organizations=[lead.organization_id], now=now) is not None
